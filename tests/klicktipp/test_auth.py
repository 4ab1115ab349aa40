"""Keys, and the link to grant access."""

import pickle
import subprocess
import sys

import pytest

from integrations.klicktipp import (
    ConfigurationError,
    DeveloperKeyAuth,
    InvalidRequest,
    KlickTipp,
    SessionAuth,
    SessionToken,
    grant_url,
)

from .service import Service, answer

CHECK_VALUE = "cZkWFoPs3rLacJ4OpaooJMMOcb/fLxbZpeeOzJFCGh1jdXN0b21lci1rZXk="
REDIRECT = "https://portal.example/t/a/clients/callback?customerkey="


@pytest.mark.parametrize("developer_key", ["0123456789abcdef", "0123 4567\n89AB\tCDEF "])
def test_the_check_value_of_the_reference(developer_key: str) -> None:
    auth = DeveloperKeyAuth("operator", developer_key, "customer-key")

    assert auth.headers() == {"X-Un": "operator", "X-Ci": CHECK_VALUE}


@pytest.mark.parametrize("developer_key", ["", " ", "abc", "xyz0", "0x12", "１２", "12_3", None])
def test_a_developer_key_that_is_none_is_a_matter_of_configuration(developer_key: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        DeveloperKeyAuth("operator", developer_key, "customer-key")

    assert (developer_key or "").strip() == "" or developer_key not in str(raised.value)


@pytest.mark.parametrize(
    ("username", "customer_key"), [("", "key"), ("a\r\nX-Evil: 1", "key"), ("operator", ""), ("operator", " ")]
)
def test_other_impossible_credentials(username: str, customer_key: str) -> None:
    with pytest.raises(ConfigurationError):
        DeveloperKeyAuth(username, "00", customer_key)


def test_a_username_may_have_umlauts(server: Service) -> None:
    server.will(answer({}))

    KlickTipp(DeveloperKeyAuth("jürgen", "00", "key"), base_url=server.url).list_tags()

    assert server.received[0].headers["X-Un"].encode("latin-1").decode() == "jürgen"


def test_nothing_shows_a_secret() -> None:
    shown = [
        repr(DeveloperKeyAuth("operator", "0123456789abcdef", "customer-key")),
        repr(SessionAuth("user", "secret-password")),
        repr(SessionToken("SSESSabc", "secret-id")),
    ]

    assert not any(secret in text for text in shown for secret in ("0123", "customer-key", "secret", CHECK_VALUE))


@pytest.mark.parametrize(("name", "value"), [("a", "b\r\nX: 1"), ("a", "b;c"), ("a b", "c"), ("", "c"), ("a", "")])
def test_a_session_fits_into_a_cookie(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="cookie"):
        SessionToken(name, value)


def test_a_session_can_be_stored() -> None:
    token = SessionToken("SSESSabc", "xyz123")

    assert pickle.loads(pickle.dumps(token)) == token  # noqa: S301


def test_the_link_to_grant_access_is_not_encoded() -> None:
    assert grant_url(4711, REDIRECT) == f"https://app.klicktipp.com/grantapiaccess/4711?url={REDIRECT}"
    assert grant_url("4711", REDIRECT, "http://127.0.0.1:9/").startswith("http://127.0.0.1:9/grantapiaccess/4711?")


@pytest.mark.parametrize(
    "redirect",
    [
        "",
        "https://portal.example/callback",
        "https://portal.example/callback?customerkey=1",
        "https://portal.example/callback#customerkey=",
        "https://portal.example/callback?=",
        "https://portal.example/call back?customerkey=",
        "https://portal.example/\n?customerkey=",
        "https://portal.example/callback?customerkey=\n",
        "https://?customerkey=",
        "javascript://x?customerkey=",
        "/callback?customerkey=",
    ],
)
def test_a_redirect_that_could_not_work(redirect: str) -> None:
    with pytest.raises(InvalidRequest):
        grant_url(4711, redirect)


@pytest.mark.parametrize("operator", ["", "0", "-1", "4711/..", "٤", "x"])
def test_an_operator_is_a_number(operator: str) -> None:
    with pytest.raises(InvalidRequest):
        grant_url(operator, REDIRECT)


def test_the_library_knows_nothing_of_django() -> None:
    code = "import sys, integrations.klicktipp; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
