import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from integrations.sandbox.server import SandboxServer
from tests.sandbox.client import Api


def test_credentials_of_every_account(api: Api) -> None:
    found = api.control("GET", "accounts").json()
    bytes.fromhex(found["operator"]["developer_key"])
    assert set(found["operator"]) == {"account_id", "username", "developer_key"}
    accounts = found["accounts"]
    assert [account["language"] for account in accounts] == ["en", "de", "en"]
    for name in ("uid", "name", "username", "password", "customer_key", "listbuilding_key"):
        assert len({account[name] for account in accounts}) == 3
    assert all("-" in account["username"] for account in accounts)
    assert all(isinstance(account["listbuilding_tag_id"], int) for account in accounts)


def test_what_was_received(api: Api) -> None:
    api.get("/list.json?a=b", headers={"X-Request-Id": "first"})
    api.post("/nowhere", {"email": "x"})
    requests.get(f"{api.sandbox.url}/tag", timeout=5)
    one, two, three = api.received()
    assert one["request_id"] == "first"
    assert (one["method"], one["path"], one["status"], one["handled"]) == ("GET", "/list.json?a=b", 200, True)
    assert (one["account"], one["body_type"]) == (api.account["uid"], None)
    assert (two["request_id"], two["status"], two["body_type"]) == (None, 404, "json")
    assert (three["account"], three["status"]) == (None, 403)
    assert one["number"] < two["number"] < three["number"]
    later = api.control("GET", f"requests?since={one['number']}").json()["requests"]
    assert [entry["number"] for entry in later] == [two["number"], three["number"]]
    assert api.control("GET", "requests?since=x").status_code == 400


def test_no_secret_is_kept(api: Api) -> None:
    body = {"username": api.account["username"], "password": api.account["password"]}
    sessid = api.http.post(f"{api.sandbox.url}/account/login", json=body, timeout=5).json()["sessid"]
    api.http.get(f"{api.sandbox.url}/list", timeout=5)
    key = api.account["listbuilding_key"]
    api.get(f"/list?apikey={key}&PASSWORD={api.account['password']}")
    api.post("/subscriber/signin", {"apikey": key, "email": "a@example.org"})
    kept = json.dumps(api.received())
    secrets = [sessid, key, api.headers["X-Ci"], api.account["password"], api.account["customer_key"]]
    assert not [secret for secret in secrets if secret in kept]


def test_the_log_keeps_only_the_newest(sandbox: SandboxServer) -> None:
    assert sandbox.log._entries.maxlen == 20_000


def test_reset_brings_back_the_start_and_keeps_credentials(api: Api) -> None:
    before = api.control("GET", "accounts").json()
    contacts = api.get("/subscriber").json()
    first = api.add("new@example.org")
    api.delete(f"/tag/{api.tag_id('VIP')}")
    api.fault(always=True, status=500, path="/field")
    assert api.control("POST", "reset").json() == {"reset": True}
    assert api.received() == []
    assert api.control("GET", "accounts").json() == before
    assert api.get("/subscriber").json() == contacts
    assert api.tag_id("VIP")
    assert api.get("/field").status_code == 200
    assert api.add("new@example.org")["id"] == first["id"]


def test_a_call_that_waits_while_the_data_is_put_back_is_not_carried_out(api: Api) -> None:
    api.fault(delay_ms=400, path="/subscriber")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(api.post, "/subscriber", {"email": "late@example.org"})
        while not api.received():
            pass
        api.control("POST", "reset")
        with pytest.raises(requests.ConnectionError):
            waiting.result()
    assert api.post("/subscriber/search", {"email": "late@example.org"}).status_code == 404


def test_the_front_page_lists_controls_and_magic_addresses(sandbox: SandboxServer) -> None:
    for path in ("/_sandbox/", "/_sandbox"):
        answer = requests.get(f"{sandbox.url}{path}", timeout=5)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        for word in ("GET accounts", "POST faults", "blocked@", "noconfirm@", "409"):
            assert word in answer.text
        assert "<script" not in answer.text
        assert "<style" not in answer.text
    assert requests.get(f"{sandbox.url}/_sandbox/style.css", timeout=5).headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("GET", "reset", 405),
        ("DELETE", "accounts", 405),
        ("HEAD", "accounts", 200),
    ],
)
def test_other_paths_and_methods(api: Api, method: str, path: str, status: int) -> None:
    assert api.control(method, path).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8001"}, 200),
        ({"Host": "evil.example.com"}, 403),
        ({"Host": "127.0.0.1.evil.example.com"}, 403),
        ({"Origin": "http://localhost:8000"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_web_pages_from_elsewhere_are_kept_out(api: Api, headers: dict[str, str], status: int) -> None:
    url = f"{api.sandbox.url}/_sandbox/accounts"
    assert requests.get(url, headers=headers, timeout=5).status_code == status
    assert api.get("/list", headers={"Host": "api.klicktipp.com"}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"uid": [], "email": "x"}, {"uid": 1, "email": "pending@klick-tipp.team"}])
def test_confirming_nobody(api: Api, body: dict[str, Any]) -> None:
    assert api.control("POST", "confirm", body).status_code == 404


def test_malformed_control_bodies(api: Api) -> None:
    for body in (b"{", b"[]", b"\xff"):
        url = f"{api.sandbox.url}/_sandbox/confirm"
        assert requests.post(url, data=body, timeout=5).status_code == 400


def test_lines_for_the_terminal() -> None:
    lines: list[str] = []
    with SandboxServer(accounts=1, log=lines.append) as server:
        api = Api(server)
        api.get("/list?a=b")
        api.fault(close="after")
        with pytest.raises(requests.ConnectionError):
            api.get("/tag")
    assert lines == ["GET /list 200", "GET /tag closed"]
