import base64

import pytest
import requests

from integrations.sandbox import auth
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.store import Store
from integrations.sandbox.wire import Request
from tests.sandbox.client import Api, cipher


def test_the_check_value_of_the_contract_is_accepted() -> None:
    store = Store(1, operator_username="operator", developer_key="01 23 4567\n89abcdef")
    account = next(iter(store.accounts.values()))
    store.by_customer_key = {"customer-key": account}
    headers = {
        "x-un": "operator",
        "x-ci": "cZkWFoPs3rLacJ4OpaooJMMOcb/fLxbZpeeOzJFCGh1jdXN0b21lci1rZXk=",
    }
    request = Request("GET", "/list", "/list", "", headers, True)
    assert auth.authenticate(store, request).account is account


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Un": "somebody"},
        {"X-Un": ""},
        {"X-Ci": ""},
        {"X-Ci": "!!!"},
        {"X-Ci": base64.b64encode(b"short").decode()},
        {"X-Ci": base64.b64encode(b"x" * 32 + b"\xff").decode()},
        {"X-Ci": cipher("00ff", "unknown-key")},
    ],
)
def test_wrong_keys_are_denied(api: Api, headers: dict[str, str]) -> None:
    sent = {**api.headers, **headers} if headers else {}
    answer = requests.get(f"{api.sandbox.url}/list", headers=sent, timeout=5)
    assert (answer.status_code, answer.json()) == (403, ["API access denied."])


def test_one_header_alone_is_denied_even_with_a_session(api: Api) -> None:
    login(api)
    for name in ("X-Un", "X-Ci"):
        answer = api.http.get(f"{api.sandbox.url}/list", headers={name: api.headers[name]}, timeout=5)
        assert answer.status_code == 403


def test_another_developer_key_is_denied_in_the_language_of_the_account(german: Api) -> None:
    german.headers["X-Ci"] = cipher("00ff", german.account["customer_key"])
    answer = german.get("/list")
    assert (answer.status_code, answer.json()) == (403, ["API-Zugriff verweigert."])


def login(api: Api, **changes: str) -> requests.Response:
    body = {"username": api.account["username"], "password": api.account["password"], **changes}
    return api.http.post(f"{api.sandbox.url}/account/login", data=body, timeout=5)


def test_login_gives_a_session_that_works_as_cookie_and_as_header(api: Api) -> None:
    answer = login(api)
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"sessid", "session_name", "account"}
    assert found["account"]["uid"] == api.account["uid"]
    assert found["account"]["username"] == api.account["username"]
    assert answer.headers["Set-Cookie"].startswith(f"{found['session_name']}={found['sessid']};")

    url = f"{api.sandbox.url}/account"
    by_jar = api.http.get(url, timeout=5)
    by_hand = requests.get(url, headers={"Cookie": f"a=b; {found['session_name']}={found['sessid']}"}, timeout=5)
    by_header = requests.get(url, headers={"X-Session-Id": found["sessid"]}, timeout=5)
    assert by_jar.json() == by_hand.json() == by_header.json() == found["account"]
    assert requests.get(url, headers={"X-Session-Id": "made-up"}, timeout=5).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"password": "wrong"}, 401), ({"username": "nobody"}, 401), ({"password": ""}, 401)],
)
def test_wrong_login(api: Api, changes: dict[str, str], status: int) -> None:
    answer = login(api, **changes)
    assert (answer.status_code, answer.json()) == (status, ["Wrong username or password."])


def test_wrong_login_of_a_german_account(german: Api) -> None:
    assert login(german, password="wrong").json() == ["Falscher Benutzername oder falsches Passwort."]


@pytest.mark.parametrize("body", [{}, {"username": "a"}, {"username": 7, "password": "x"}])
def test_login_without_its_arguments(api: Api, body: dict[str, object]) -> None:
    answer = requests.post(f"{api.sandbox.url}/account/login", json=body, timeout=5)
    assert answer.status_code == 400
    assert "must be a string" in answer.json()[0]


def test_many_sessions_at_once_and_logout_ends_one(api: Api) -> None:
    url = api.sandbox.url
    one = login(api).json()["sessid"]
    api.http.cookies.clear()
    two = login(api).json()["sessid"]
    answer = requests.post(f"{url}/account/logout", headers={"X-Session-Id": one}, timeout=5)
    assert (answer.status_code, answer.json()) == (200, [True])
    assert requests.get(f"{url}/list", headers={"X-Session-Id": one}, timeout=5).status_code == 403
    assert requests.get(f"{url}/list", headers={"X-Session-Id": two}, timeout=5).status_code == 200
    assert api.post("/account/logout").json() == [True]


@pytest.mark.parametrize(
    ("number", "twice_in", "twice_out"),
    [
        (0, "You are already logged in.", "User is not logged in."),
        (1, "Sie sind bereits eingeloggt.", "Benutzer nicht eingeloggt."),
    ],
)
@pytest.mark.parametrize("way", ["cookie", "header"])
def test_a_second_login_and_a_second_logout(
    sandbox: SandboxServer, number: int, twice_in: str, twice_out: str, way: str
) -> None:
    api = Api(sandbox, number)
    signed_in = login(api).json()
    api.http.cookies.clear()
    sessid = signed_in["sessid"]
    api.http.headers = (
        {"X-Session-Id": sessid} if way == "header" else {"Cookie": f"{signed_in['session_name']}={sessid}"}
    )
    answer = login(api, password="wrong")
    assert (answer.status_code, answer.json()) == (406, [twice_in])
    out = f"{api.sandbox.url}/account/logout"
    assert api.http.post(out, timeout=5).json() == [True]
    answer = api.http.post(out, timeout=5)
    assert (answer.status_code, answer.json()) == (406, [twice_out])
    assert login(api).status_code == 200


def test_sessions_can_be_expired_and_say_so_in_the_language_of_the_account(german: Api) -> None:
    sessid = login(german).json()["sessid"]
    assert german.control("POST", "expire-sessions").json() == {"ended": 1}
    answer = requests.get(f"{german.sandbox.url}/list", headers={"X-Session-Id": sessid}, timeout=5)
    assert (answer.status_code, answer.json()) == (403, ["API-Zugriff verweigert."])


def test_accounts_see_only_their_own(api: Api, german: Api) -> None:
    contact = api.add("only-here@example.org")
    assert german.post("/subscriber/search", {"email": "only-here@example.org"}).status_code == 404
    assert german.get(f"/subscriber/{contact['id']}").status_code == 404
    assert german.get(f"/tag/{api.tag_id('VIP')}").status_code == 404
    for path in ("/list", "/tag"):
        assert not set(api.get(path).json()) & set(german.get(path).json())
    assert not set(api.get("/subscriber").json()) & set(german.get("/subscriber").json())
    assert api.get("/account").json()["uid"] != german.get("/account").json()["uid"]


def test_operator_and_key_can_be_given() -> None:
    with SandboxServer(accounts=1, operator_username="agency", developer_key="ABCD") as server:
        api = Api(server)
        assert api.operator["username"] == "agency"
        assert api.operator["developer_key"] == "ABCD"
        assert api.get("/list").status_code == 200
