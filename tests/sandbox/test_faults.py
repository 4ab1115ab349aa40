import threading
import time
from typing import Any

import pytest
import requests

from tests.sandbox.client import Api, raw


def exists(api: Api, name: str) -> bool:
    return name in api.get("/tag").json().values()


def test_a_status_without_effect_for_the_next_two_calls(api: Api) -> None:
    api.fault(times=2, status=503, headers={"Retry-After": "7"})
    for _ in range(2):
        answer = api.post("/tag", {"name": "never"})
        assert (answer.status_code, answer.content) == (503, b"")
        assert answer.headers["Retry-After"] == "7"
    assert not exists(api, "never")
    assert [entry["handled"] for entry in api.received()] == [False, False, True]


def test_a_body_after_the_call_took_effect(api: Api) -> None:
    api.fault(status=502, body="<h1>Bad gateway</h1>", handle=True)
    answer = api.post("/tag", {"name": "done"})
    assert (answer.status_code, answer.text) == (502, "<h1>Bad gateway</h1>")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert exists(api, "done")
    assert api.received()[0]["handled"] is True


def test_a_body_that_is_not_json(api: Api) -> None:
    api.fault(body="[Wrong username or password.]", content_type="application/json", handle=True)
    answer = api.get("/list")
    assert (answer.status_code, answer.text) == (200, "[Wrong username or password.]")


def test_extra_headers_leave_the_answer_as_it_is(api: Api) -> None:
    api.fault(headers={"X-Extra": "1"}, content_type="text/plain")
    answer = api.get("/list")
    assert (answer.headers["X-Extra"], answer.headers["Content-Type"]) == ("1", "text/plain")
    assert "" in answer.json().values()


@pytest.mark.parametrize(("when", "happened"), [("before", False), ("after", True)])
def test_closing_without_an_answer(api: Api, when: str, happened: bool) -> None:
    api.fault(close=when)
    with pytest.raises(requests.ConnectionError):
        api.post("/tag", {"name": "closed"})
    assert exists(api, "closed") is happened
    entry = api.received()[0]
    assert (entry["status"], entry["handled"]) == (None, happened)


def test_an_answer_cut_short(api: Api) -> None:
    api.fault(cut=5)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.get("/list")
    api.fault(cut=5)
    answer = raw(api.sandbox, b"GET /list HTTP/1.0\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert len(body) == 5
    assert b"Content-Length: 22" in head


def test_a_dripping_answer(api: Api) -> None:
    api.fault(drip_ms=1, status=200, body="[]")
    started = time.monotonic()
    assert api.get("/list").json() == []
    assert time.monotonic() - started > 0.15


def test_a_delayed_call_is_on_record_before_it_is_answered(api: Api) -> None:
    api.fault(delay_ms=300, path="/list")
    thread = threading.Thread(target=api.get, args=("/list",), kwargs={"headers": {"X-Request-Id": "slow"}})
    thread.start()
    time.sleep(0.1)
    other = Api(api.sandbox)
    assert other.get("/tag").status_code == 200
    found = other.received()
    assert (found[0]["request_id"], found[0]["status"], found[0]["handled"]) == ("slow", None, False)
    thread.join()
    assert other.received()[0]["status"] == 200


def test_a_client_that_gave_up_does_not_undo_the_call(api: Api) -> None:
    api.fault(delay_ms=200)
    with pytest.raises(requests.Timeout):
        api.http.post(f"{api.sandbox.url}/tag", json={"name": "late"}, headers=api.headers, timeout=0.05)
    time.sleep(0.3)
    assert exists(api, "late")


@pytest.mark.parametrize(
    ("fault", "path", "status"),
    [
        ({"path": "/subscriber"}, "/subscriber.json", 418),
        ({"path": "/subscriber.json"}, "/subscriber", 418),
        ({"path": "/subscriber"}, "/subscriber/search", 405),
        ({"path": "/subscriber/*"}, "/subscriber/999", 418),
        ({"path": "/sub*"}, "/subscriber?status=pending", 418),
        ({"path": "*"}, "/list", 418),
        ({"method": "post"}, "/list", 200),
        ({"method": "GET"}, "/list", 418),
    ],
)
def test_which_calls_a_fault_is_for(api: Api, fault: dict[str, str], path: str, status: int) -> None:
    api.fault(always=True, status=418, **fault)
    for _ in range(2):
        assert api.get(path).status_code == status


def test_faults_queue_and_can_be_listed_and_cleared(api: Api) -> None:
    api.fault(status=500, path="/tag")
    api.fault(status=501)
    api.fault(always=True, status=502)
    assert [api.get("/list").status_code, api.get("/tag").status_code] == [501, 500]
    assert api.get("/list").status_code == 502
    waiting = api.control("GET", "faults").json()["faults"]
    assert [(fault["status"], fault["always"]) for fault in waiting] == [(502, True)]
    assert api.control("DELETE", "faults").json() == {"faults": []}
    assert api.get("/list").status_code == 200


def test_control_calls_are_never_faulty(api: Api) -> None:
    api.fault(always=True, status=500)
    assert api.control("GET", "accounts").status_code == 200


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ([], "object"),
        ({}, "at least one"),
        ({"times": 2}, "at least one"),
        ({"status": 99}, '"status"'),
        ({"status": True}, '"status"'),
        ({"status": 500, "times": 0}, '"times"'),
        ({"status": 500, "times": 1, "always": True}, "not both"),
        ({"status": 500, "always": "yes"}, '"always"'),
        ({"status": 500, "path": "list"}, '"path"'),
        ({"status": 500, "speed": 1}, '"speed"'),
        ({"delay_ms": -1}, '"delay_ms"'),
        ({"body": {}}, '"body"'),
        ({"headers": ["a"]}, '"headers"'),
        ({"headers": {"A": "b\r\nC: d"}}, '"headers"'),
        ({"close": "now"}, '"close"'),
        ({"close": "after", "status": 500}, '"close"'),
        ({"cut": "5"}, '"cut"'),
        ({"drip_ms": 0}, '"drip_ms"'),
    ],
)
def test_faults_that_cannot_be(api: Api, fault: Any, word: str) -> None:
    answer = api.control("POST", "faults", fault)
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert api.control("GET", "faults").json() == {"faults": []}
