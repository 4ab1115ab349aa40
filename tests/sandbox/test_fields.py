from typing import Any

import pytest

from integrations.sandbox.fields import WORDS
from tests.sandbox.client import Api

VALUES = [
    ("Line", "Ada Lovelace <3 & Ünal", None),
    ("Line", 42, "42"),
    ("Line", 1.5, "1.5"),
    ("Paragraph", "one\ntwo", None),
    ("Email", "a@b", None),
    ("Number", "0042", None),
    ("Number", 42, "42"),
    ("Decimal number", "1999", "19.99"),
    ("Decimal number", 1999, "19.99"),
    ("Decimal number", "5", "0.05"),
    ("Decimal number", "-150", "-1.50"),
    ("Decimal number", "19.99", "19.99"),
    ("Decimal number", "19,9", "19.90"),
    ("URL", "http://example.com/?a=b", None),
    ("Time", "0", None),
    ("Time", "86399", None),
    ("Date", "1715126400", None),
    ("Date", "495986091", None),
    ("Date", "-86400", None),
    ("Date & time", 1715603400, "1715603400"),
    ("HTML", "<strong>\nHello</strong>", None),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), VALUES)
def test_what_a_field_keeps(api: Api, kind: str, sent: Any, kept: str | None) -> None:
    key = api.field_key(kind)
    contact = api.add("field@example.org", fields={key: sent})
    assert contact[key] == (sent if kept is None else kept)
    assert api.put(f"/subscriber/{contact['id']}", {"fields": {key: None}}).json() == [True]
    assert api.get(f"/subscriber/{contact['id']}").json()[key] == contact[key]
    assert api.put(f"/subscriber/{contact['id']}", {"fields": {key: ""}}).json() == [True]
    assert api.get(f"/subscriber/{contact['id']}").json()[key] == ""


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("Line", "one\ntwo"),
        ("Line", True),
        ("Line", ["a"]),
        ("Email", "no address"),
        ("Number", "-1"),
        ("Number", "1.000"),
        ("Number", "²"),
        ("Decimal number", "1.234"),
        ("Decimal number", "1.000,00"),
        ("Decimal number", "ten"),
        ("URL", "www.example.com"),
        ("URL", "https://"),
        ("Time", "86400"),
        ("Time", "14:30"),
        ("Time", "-1"),
        ("Date", "08.05.2024"),
        ("Date", "9" * 14),
        ("Date & time", "1715603400.5"),
        ("Date & time", "2024-05-13 12:30"),
    ],
)
def test_what_a_field_refuses(api: Api, kind: str, sent: Any) -> None:
    key = api.field_key(kind)
    answer = api.post("/subscriber", {"email": "field@example.org", "fields": {key: sent}})
    assert answer.status_code == 406
    found = answer.json()
    assert (found["error"], found["name"], found["field_value"]) == (8, key, str(sent))
    assert found["field"] == api.get(f"/field/{key[5:]}").json()["name"]
    assert found["reason"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("+491701234567", "00491701234567"),
        ("00491701234567", "00491701234567"),
        ("4922012345678", "004922012345678"),
        ("+49 (2201) 23-45", "00492201" + "2345"),
        ("0221 1234", "02211234"),
    ],
)
def test_phone_fields_take_the_00_form(api: Api, sent: str, kept: str) -> None:
    assert api.add("phone@example.org", fields={"fieldFax": sent})["fieldFax"] == kept


def test_a_phone_field_takes_no_words(api: Api) -> None:
    body = {"email": "phone@example.org", "fields": {"fieldPhone": "call me"}}
    assert api.post("/subscriber", body).json()["name"] == "fieldPhone"


@pytest.mark.parametrize("nothing", [None, [], {}, ""])
def test_no_fields(api: Api, nothing: Any) -> None:
    assert api.add("empty@example.org", fields=nothing)["fieldFirstName"] == ""


def test_fields_are_listed_with_labels_in_the_language_of_the_account(api: Api, german: Api) -> None:
    english = api.get("/field").json()
    assert english["fieldBirthday"] == "Birthday (date)"
    assert len(english) == 26
    assert german.get("/field").json()["fieldFirstName"] == "Vorname"
    assert german.get("/field/FirstName").json() == {"id": "FirstName", "name": "Vorname"}
    custom = api.field_key("Line")
    assert api.get(f"/field/{custom[5:]}").json() == {"id": custom[5:], "name": english[custom]}


def test_types_of_fields(api: Api, german: Api) -> None:
    typed = api.get("/field?detail=true").json()
    assert {key: field["name"] for key, field in typed.items()} == api.get("/field").json()
    found = {kind: typed[api.field_key(kind)]["type"] for kind in WORDS if kind != "Phone"}
    assert found == {kind: word for kind, word in WORDS.items() if kind != "Phone"}
    assert typed["fieldBirthday"] == {"name": "Birthday (date)", "type": "date"}
    assert (typed["fieldWebsite"]["type"], typed["fieldLeadValue"]["type"]) == ("url", "number")
    assert typed["fieldPhone"]["type"] == "line"
    assert german.get("/field/FirstName?detail=true").json() == {"id": "FirstName", "name": "Vorname", "type": "line"}
    assert api.get("/field/Nope?detail=true").status_code == 404


@pytest.mark.parametrize("query", ["?detail=false", "?detail=", "?detail"])
def test_no_types_unless_asked_for(api: Api, query: str) -> None:
    assert api.get(f"/field{query}").json() == api.get("/field").json()
