"""Every code of the contract's table, each by a documented input."""

from typing import Any

import pytest

from integrations.sandbox.server import SandboxServer
from tests.sandbox.client import Api, unexplained

ADD = [
    ({"email": "unsubscribed@klick-tipp.team"}, {"error": 4}),
    ({"email": "unsubscribed+2@example.org"}, {"error": 4}),
    ({"email": "no-address"}, {"error": 5}),
    ({"email": "two@@example.org"}, {"error": 5}),
    ({"email": "a b@example.org"}, {"error": 5}),
    ({"email": "noconfirm@example.org"}, {"error": 6}),
    ({"email": "notfound@example.org"}, {"error": 7}),
    ({"email": "new@example.org", "fields": {"fieldLeadValue": "1.5"}}, 8),
    ({"email": "new@example.org", "fields": {"field999": "x"}}, 8),
    ({"email": "new@example.org", "smsnumber": "+4915113000001"}, {"error": 9}),
    ({"email": "pending@klick-tipp.team", "smsnumber": "004915113000001"}, {"error": 9}),
    ({"email": "new@example.org", "smsnumber": "+4915100000010"}, {"error": 10, "code": 10}),
    ({"email": "new@example.org", "smsnumber": "0151 130"}, {"error": 11}),
    ({"smsnumber": "4915113000001"}, {"error": 11}),
    ({"email": "internal@example.org"}, {"error": 12}),
    ({"email": "blocked@klick-tipp.team"}, {"error": 30}),
    ({"email": "BLOCKED@example.org"}, {"error": 30}),
    ({"email": "new@example.org", "tagid": "SmartTag"}, {"error": 31}),
    ({"email": "", "smsnumber": None}, {"error": 32}),
    ({"email": "gone@example.org"}, {"error": 401}),
    ({"email": "new@example.org", "listid": 999}, {"error": 402}),
    ({"email": "new@example.org", "tagid": "999"}, {"error": 403}),
    ({"email": "error-999@example.org"}, {"error": 999}),
    ({"email": "error-10-30@example.org"}, {"error": 10, "code": 30}),
]


SIGN_IN = [case for case in ADD if not {"listid", "tagid"} & set(case[0])]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        *(("/subscriber", *case) for case in ADD),
        *(("/subscriber/signin", *case) for case in SIGN_IN),
    ],
)
def test_add_or_update_and_sign_in(api: Api, path: str, body: dict[str, Any], expected: Any) -> None:
    if path.endswith("signin"):
        body = {**body, "apikey": api.account["listbuilding_key"]}
    if body.get("tagid") == "SmartTag":
        body = {**body, "tagid": api.smart_tag_id("Contact added via API")}
    answer = api.post(path, body)
    assert answer.status_code == 406
    if expected == 8:
        assert answer.json()["error"] == 8
    elif expected == {"error": 999}:
        assert answer.json() == expected
    else:
        assert unexplained(answer) == expected
    assert api.post("/subscriber/search", {"email": "new@example.org"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"newemail": "no-address"}, {"error": 10, "code": 5}),
        ({"newemail": "noconfirm@example.org"}, {"error": 10, "code": 6}),
        ({"newemail": "blocked@example.org"}, {"error": 10, "code": 30}),
        ({"newemail": "pending@klick-tipp.team"}, {"error": 507}),
        ({"newemail": "error-508@example.org"}, {"error": 508}),
        ({"newsmsnumber": "+4915113000001"}, {"error": 10, "code": 9}),
        ({"newsmsnumber": "+4915100000010"}, {"error": 10, "code": 10}),
        ({"newsmsnumber": "12"}, {"error": 10, "code": 11}),
    ],
)
def test_update(api: Api, body: dict[str, str], expected: dict[str, int]) -> None:
    contact = api.add("change-me@example.org")
    answer = api.put(f"/subscriber/{contact['id']}", {**body, "fields": {"fieldCity": "Elsewhere"}})
    assert (answer.status_code, unexplained(answer)) == (406, expected)
    assert api.get(f"/subscriber/{contact['id']}").json() == contact


def test_update_with_an_invalid_field_says_which(german: Api) -> None:
    contact = german.add("feld@example.org", listid=german.list_id("single"))
    answer = german.put(f"/subscriber/{contact['id']}", {"fields": {"fieldWebsite": "example.com"}})
    assert answer.status_code == 406
    assert answer.json() == {
        "error": 8,
        "field": "Website (URL)",
        "name": "fieldWebsite",
        "field_value": "example.com",
        "reason": "Der Wert muss mit http:// oder https:// beginnen.",
        "error_message": "Der Wert eines Feldes ist ungültig.",
    }


def test_the_address_of_an_unsubscribed_contact_cannot_be_changed(api: Api) -> None:
    contact = api.post("/subscriber/search", {"email": "unsubscribed@klick-tipp.team"}).json()[0]
    answer = api.put(f"/subscriber/{contact}", {"newemail": "fresh@example.org"})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 30})


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("identifier", ["999", "abc"])
def test_unknown_contact_to_change(api: Api, method: str, identifier: str) -> None:
    answer = api.call(method, f"/subscriber/{identifier}", {} if method == "PUT" else None)
    assert (answer.status_code, answer.json()) == (406, ["The contact does not exist."])


def test_unknown_contact_to_unsubscribe(german: Api) -> None:
    answer = german.post("/subscriber/unsubscribe", {"email": "nobody@example.org"})
    assert (answer.status_code, answer.json()) == (406, ["Der Kontakt existiert nicht."])


@pytest.mark.parametrize("path", ["/subscriber", "/subscriber/signin"])
def test_neither_address_nor_number_is_named(api: Api, path: str) -> None:
    answer = api.post(path, {"apikey": api.account["listbuilding_key"]})
    assert (answer.status_code, unexplained(answer)) == (401, {"error": 32})


@pytest.mark.parametrize("email", ["anybody@example.com", "ANYBODY@EXAMPLE.COM"])
def test_addresses_that_are_blocked_for_good(api: Api, email: str) -> None:
    answer = api.post("/subscriber", {"email": email})
    assert (answer.status_code, answer.json()) == (406, {"error": 10})
    contact = api.add("change-me@example.org")
    answer = api.put(f"/subscriber/{contact['id']}", {"newemail": email})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 10, "code": 30})


@pytest.mark.parametrize(
    ("number", "path", "said"),
    [
        (0, "/subscriber", "The email address is unsubscribed and cannot be re-subscribed."),
        (1, "/subscriber", "Die E-Mail-Adresse ist ausgetragen und kann nicht wieder eingetragen werden."),
        (0, "/subscriber/unsubscribe", "The subscription was not found."),
    ],
)
def test_codes_are_explained_by_operation_and_language(
    sandbox: SandboxServer, number: int, path: str, said: str
) -> None:
    answer = Api(sandbox, number).post(path, {"email": "error-4@klick-tipp.team"})
    assert answer.json() == {"error": 4, "error_message": said}


BY_EMAIL = ["unsubscribe", "tag", "untag", "signout", "signoff"]


@pytest.mark.parametrize("operation", BY_EMAIL)
@pytest.mark.parametrize(
    ("email", "code"),
    [("error-7@example.org", 7), ("no-address", 5), ("", 32), ("error-404@example.org", 404)],
)
def test_operations_on_an_address(api: Api, operation: str, email: str, code: int) -> None:
    body = {"email": email, "tagid": 1, "tagids": [1], "apikey": api.account["listbuilding_key"]}
    answer = api.post(f"/subscriber/{operation}", body)
    assert (answer.status_code, unexplained(answer)) == (406, {"error": code})


@pytest.mark.parametrize("operation", ["tag", "untag", "signout", "signoff"])
def test_unknown_contact_to_tag(api: Api, operation: str) -> None:
    body = {"email": "nobody@example.org", "tagid": 1, "tagids": [1], "apikey": api.account["listbuilding_key"]}
    answer = api.post(f"/subscriber/{operation}", body)
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 7})


@pytest.mark.parametrize("operation", [*BY_EMAIL, "search"])
@pytest.mark.parametrize("email", [None, 7, ["x@example.org"]])
def test_operations_without_an_address(api: Api, operation: str, email: object) -> None:
    body = {"email": email, "tagid": 1, "tagids": [1], "apikey": api.account["listbuilding_key"]}
    answer = api.post(f"/subscriber/{operation}", body)
    assert (answer.status_code, answer.json()) == (400, ['The key "email" must be a string.'])


@pytest.mark.parametrize(
    ("email", "tag", "code"),
    [
        ("pending@klick-tipp.team", "999", 403),
        ("pending@klick-tipp.team", "SmartTag", 31),
        ("unsubscribed@klick-tipp.team", "VIP", 9),
    ],
)
def test_tagging(api: Api, email: str, tag: str, code: int) -> None:
    names = {"999": 999, "SmartTag": api.smart_tag_id("Contact added via API"), "VIP": api.tag_id("VIP")}
    answer = api.post("/subscriber/tag", {"email": email, "tagids": [names["VIP"], names[tag]]})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": code})
    found = api.post("/subscriber/search", {"email": email}).json()[0]
    assert api.get(f"/subscriber/{found}").json()["tags"] == []


@pytest.mark.parametrize(("tag", "code"), [("999", 403), ("SmartTag", 31)])
def test_untagging(api: Api, tag: str, code: int) -> None:
    number = 999 if tag == "999" else api.smart_tag_id("Contact added via API")
    api.add("tagged@example.org")
    answer = api.post("/subscriber/untag", {"email": "tagged@example.org", "tagid": number})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": code})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/subscriber/tag", {"email": "pending@klick-tipp.team"}),
        ("POST", "/subscriber/tag", {"email": "pending@klick-tipp.team", "tagids": []}),
        ("POST", "/subscriber/tag", {"email": "pending@klick-tipp.team", "tagids": ["x"]}),
        ("POST", "/subscriber/untag", {"email": "pending@klick-tipp.team"}),
        ("POST", "/subscriber/tagged", {}),
        ("POST", "/subscriber/tagged", {"tagid": 1, "status": ["happy"]}),
        ("GET", "/subscriber?bounceStatus=ping", None),
        ("POST", "/subscriber", {"email": 12}),
        ("POST", "/subscriber", {"email": "a@example.org", "listid": "x"}),
        ("POST", "/subscriber", {"email": "a@example.org", "tagid": True}),
        ("POST", "/subscriber", {"email": "a@example.org", "fields": "x"}),
        ("POST", "/tag", {}),
        ("POST", "/tag", {"name": 7}),
        ("POST", "/list/redirect", {"email": "pending@klick-tipp.team"}),
        ("POST", "/subscriber/signin", {"email": "a@example.org"}),
    ],
)
def test_missing_and_malformed_arguments(api: Api, method: str, path: str, body: Any) -> None:
    answer = api.call(method, path, body)
    assert answer.status_code == 400, answer.text
    assert isinstance(answer.json()[0], str)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/contacts"),
        ("GET", "/tag/1/2"),
        ("GET", "/tag/999"),
        ("GET", "/tag/abc"),
        ("GET", "/tag/-1"),
        ("PUT", "/tag/999"),
        ("DELETE", "/tag/999"),
        ("GET", "/list/999"),
        ("GET", "/field/Nope"),
        ("GET", "/field/fieldFirstName"),
        ("GET", "/subscriber/999"),
    ],
)
def test_no_such_entity(api: Api, method: str, path: str) -> None:
    answer = api.call(method, path, {"name": "x"} if method == "PUT" else None)
    assert answer.status_code == 404
    assert len(answer.json()) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/list"),
        ("GET", "/subscriber/tag"),
        ("POST", "/subscriber/1"),
        ("PATCH", "/tag/1"),
        ("GET", "/account/login"),
    ],
)
def test_wrong_method(api: Api, method: str, path: str) -> None:
    answer = api.call(method, path)
    assert (answer.status_code, answer.json()) == (405, "Method not allowed.")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("operation", ["signin", "signout", "signoff"])
def test_unknown_listbuilding_key(api: Api, operation: str) -> None:
    answer = api.post(f"/subscriber/{operation}", {"apikey": "x", "email": "a@example.org"})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 100})


def test_a_mistake_of_the_sandbox_is_an_empty_500(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(api.sandbox.service, "_answer", broken)
    answer = api.get("/list")
    assert (answer.status_code, answer.content) == (500, b"")
    assert "out of order" in capsys.readouterr().err
