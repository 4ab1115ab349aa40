"""Answers in PHP's serialize format."""

from typing import Any

import pytest

from integrations.sandbox import php
from tests.sandbox.client import Api, raw

SERIALIZED = {"Accept": "application/vnd.php.serialized"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "N;"),
        (True, "b:1;"),
        (False, "b:0;"),
        (-7, "i:-7;"),
        (1.5, "d:1.5;"),
        ("", 's:0:"";'),
        ("Köln", 's:5:"Köln";'),
        ('a "b";', 's:6:"a "b";";'),
        ([], "a:0:{}"),
        ([True, "x"], 'a:2:{i:0;b:1;i:1;s:1:"x";}'),
        ({"7": "x", "-3": 1, "0": 2, "07": 3, "a": 4}, 'a:5:{i:7;s:1:"x";i:-3;i:1;i:0;i:2;s:2:"07";i:3;s:1:"a";i:4;}'),
        ({"a": {"b": [None]}}, 'a:1:{s:1:"a";a:1:{s:1:"b";a:1:{i:0;N;}}}'),
        ("\ud800", 's:1:"?";'),
    ],
)
def test_what_php_writes(value: Any, written: str) -> None:
    assert php.serialize(value) == written.encode()


def test_answers_and_errors(german: Api) -> None:
    field = german.get("/field/FirstName", headers=SERIALIZED)
    assert field.headers["Content-Type"] == "application/vnd.php.serialized"
    assert field.text == 'a:2:{s:2:"id";s:9:"FirstName";s:4:"name";s:7:"Vorname";}'
    unknown = german.get("/tag/999", headers=SERIALIZED)
    assert (unknown.status_code, unknown.text) == (404, 'a:1:{i:0;s:31:"Dieser Eintrag existiert nicht.";}')
    refused = german.post("/subscriber", {"email": "a@example.com"}, headers=SERIALIZED)
    assert (refused.status_code, refused.text) == (406, 'a:1:{s:5:"error";i:10;}')
    assert german.call("DELETE", "/list", headers=SERIALIZED).text == 's:19:"Method not allowed.";'


def test_other_wishes_get_json(api: Api) -> None:
    for accept in ("application/json", "*/*", "text/html"):
        assert api.get("/list", headers={"Accept": accept}).headers["Content-Type"].startswith("application/json")


def test_the_old_wrapper_speaks_http_1_0(api: Api) -> None:
    body = b"name=Herbst&text=Caf%C3%A9"
    head = (
        "POST /tag.json HTTP/1.0\r\nAccept: application/vnd.php.serialized\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in api.headers.items())
    )
    answer = raw(api.sandbox, head.encode() + b"\r\n" + body)
    assert b"Content-Type: application/vnd.php.serialized\r\n" in answer
    assert answer.endswith(b"a:1:{i:0;i:%d;}" % api.tag_id("Herbst"))
