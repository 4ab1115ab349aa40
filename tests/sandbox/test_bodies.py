"""JSON, form and multipart bodies."""

import json

import pytest

from tests.sandbox.client import Api

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"email": "b@example.org", "fields[fieldFirstName]": "Änne & Co", "tagid": "VIP"}},
        {"json": {"email": "b@example.org", "fields": {"fieldFirstName": "Änne & Co"}, "tagid": "VIP"}},
        {
            "files": {
                "email": (None, "b@example.org"),
                "fields[fieldFirstName]": (None, "Änne & Co"),
                "tagid": (None, "VIP"),
            }
        },
    ],
)
def test_the_same_contact_in_three_ways(api: Api, sent: dict[str, dict[str, object]]) -> None:
    vip = api.tag_id("VIP")
    values = {
        name: {key: vip if value == "VIP" else value for key, value in pairs.items()} for name, pairs in sent.items()
    }
    if "files" in values:
        values["files"]["tagid"] = (None, str(vip))  # type: ignore[assignment]
    answer = api.call("POST", "/subscriber", **values)
    assert answer.status_code == 200, answer.text
    assert answer.json()["fieldFirstName"] == "Änne & Co"
    assert str(vip) in answer.json()["tags"]
    kind = {"data": "form", "json": "json", "files": "multipart"}[next(iter(sent))]
    assert api.received()[-1]["body_type"] == kind


@pytest.mark.parametrize(
    "body",
    [
        "email=pending%40klick-tipp.team&tagids[0]={0}&tagids[1]={1}",
        "email=pending%40klick-tipp.team&tagids[]={0}&tagids[]={1}",
        "email=pending%40klick-tipp.team&tagids%5B0%5D={0}&tagids%5B1%5D={1}",
        "email=nobody&tagids=7&email=pending%40klick-tipp.team&tagids%5B%5D={0}&tagids%5B%5D={1}",
    ],
)
def test_form_lists(api: Api, body: str) -> None:
    tags = api.tag_id("VIP"), api.tag_id("Customer")
    answer = api.call("POST", "/subscriber/tag", data=body.format(*tags), headers={"Content-Type": FORM})
    assert answer.json() == [True]
    number = api.post("/subscriber/search", {"email": "pending@klick-tipp.team"}).json()[0]
    assert {str(tag) for tag in tags} == set(api.get(f"/subscriber/{number}").json()["tags"])


def test_form_filters(api: Api) -> None:
    body = {"tagid": str(api.tag_id("Newsletter")), "status[0]": "subscribed", "bounceStatus[0]": "nobounce"}
    assert len(api.call("POST", "/subscriber/tagged", data=body).json()) == 24


@pytest.mark.parametrize("body", ["name=guessed+one", '{"name": "guessed one"}'])
def test_a_body_without_a_type_is_guessed(api: Api, body: str) -> None:
    answer = api.call("POST", "/tag", data=body)
    assert answer.status_code == 200, answer.text
    assert "guessed one" in api.get("/tag").json().values()


def test_a_plus_sign_that_was_not_encoded_is_a_space(api: Api) -> None:
    body = b"email=a@example.org&smsnumber=+491701234567"
    answer = api.call("POST", "/subscriber", data=body, headers={"Content-Type": FORM})
    assert answer.json()["error"] == 11


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{", 400),
        ("application/json", b"[1]", 400),
        ("application/json", b'"x"', 400),
        ("application/json", b"\xff", 400),
        ("application/json", b'{"email": NaN}', 400),
        ("application/json", b"[" * 100_000, 400),
        (FORM, b"email=%ff", 400),
        (FORM, b"a[b][c][d][e][f]=1", 400),
        (FORM, b"&".join(b"a%d=1" % n for n in range(5_001)), 400),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nA: b\r\n\r\nx\r\n--b--\r\n", 400),
        ("text/xml", b"<a/>", 415),
        ("application/json", b"[]", 401),
        ("application/json", b"null", 401),
        ("application/json", b"", 401),
        ("application/json; charset=utf-8", b"{}", 401),
        ("application/vnd.api+json", b"{}", 401),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 401),
    ],
)
def test_unreadable_and_empty_bodies(api: Api, content_type: str, body: bytes, status: int) -> None:
    answer = api.call("POST", "/subscriber", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text


def test_strange_json_does_no_harm(api: Api) -> None:
    body = json.dumps({"email": "odd@\ud800.example", "fields": {"fieldCity": "\ud800\u0000"}})
    answer = api.call("POST", "/subscriber", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert api.get(f"/subscriber/{answer.json()['id']}").json()["fieldCity"] == "\ud800\u0000"


def test_quoted_multipart_names(api: Api) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="name"\r\nContent-Type: text/plain\r\n\r\n'
        b"two\r\nlines\r\n--b\r\nContent-Disposition: form-data; name=text\r\n\r\nnote\r\n--b--\r\n"
    )
    answer = api.call("POST", "/tag", data=body, headers={"Content-Type": 'multipart/form-data; boundary="b"'})
    assert api.get(f"/tag/{answer.json()[0]}").json()["text"] == "note"
    assert api.get(f"/tag/{answer.json()[0]}").json()["name"] == "two\r\nlines"
