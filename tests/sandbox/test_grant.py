import http.client

import pytest

from tests.sandbox.client import Api

REDIRECT = "https://portal.example/t/a/clients/b/callback?state=x&y=%2Fz?w&customerkey="


def ask(
    api: Api, method: str, query: str, body: str = "", account_id: str | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", api.sandbox.port, timeout=5)
    path = f"/_sandbox/grantapiaccess/{account_id or api.operator['account_id']}{query}"
    sent = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body or None, {**sent, **headers})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.headers.items()), text


def test_the_page_says_whose_access_it_is(api: Api) -> None:
    status, headers, page = ask(api, "GET", f"?url={REDIRECT}")
    assert status == 200
    for word in (api.operator["username"], api.operator["account_id"], "Grant access", "Refuse", 'lang="en"'):
        assert word in page
    assert page.count('type="radio"') == 3
    assert "state=x&amp;y=%2Fz?w&amp;customerkey=" in page
    assert api.account["customer_key"] not in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "<script" not in page


@pytest.mark.parametrize(
    ("wish", "language"),
    [("de", "de"), ("de-AT,en;q=0.5", "de"), ("en;q=0.5,de;q=0.9", "de"), ("fr,en", "en"), ("de;q=0,*", "en")],
)
def test_the_page_speaks_the_language_of_the_browser(api: Api, wish: str, language: str) -> None:
    page = ask(api, "GET", f"?url={REDIRECT}", **{"Accept-Language": wish})[2]
    assert f'lang="{language}"' in page
    assert ("Zugriff erteilen" in page) is (language == "de")


def test_granting_appends_the_customer_key_to_the_untouched_redirect(api: Api, german: Api) -> None:
    status, headers, _ = ask(api, "POST", f"?url={REDIRECT}", f"uid={german.account['uid']}")
    assert status == 302
    assert headers["Location"] == REDIRECT + german.account["customer_key"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "query", ["", "?url=", "?url=javascript:alert(1)", "?url=https%3A%2F%2Fportal.example%2F", "?to=https://x/"]
)
def test_a_redirect_that_cannot_be_used(api: Api, method: str, query: str) -> None:
    body = f"uid={api.account['uid']}" if method == "POST" else ""
    assert ask(api, method, query, body)[0] == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_operator_is_a_page_with_404(api: Api, method: str) -> None:
    status, headers, page = ask(api, method, f"?url={REDIRECT}", "uid=1" * (method == "POST"), "99")
    assert status == 404
    assert headers["Content-Type"].startswith("text/html")
    assert "no account with this number" in page


@pytest.mark.parametrize("body", ["uid=1", "uid=", "x=y"])
def test_no_account_chosen(api: Api, body: str) -> None:
    assert ask(api, "POST", f"?url={REDIRECT}", body)[0] == 400


def test_other_methods(api: Api) -> None:
    assert ask(api, "PUT", f"?url={REDIRECT}")[0] == 405
