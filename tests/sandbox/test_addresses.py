"""Spellings of one address, and what stands before the @."""

import pytest

from tests.sandbox.client import Api, unexplained

SPELLINGS = ("info@müller.example", "INFO@MÜLLER.example", "info@xn--mller-kva.example", "info@mu\u0308ller.example")


@pytest.mark.parametrize("first", SPELLINGS)
def test_spellings_of_one_address(api: Api, first: str) -> None:
    contact = api.add(first)
    for other in SPELLINGS:
        assert api.add(other)["id"] == contact["id"]
        assert api.post("/subscriber/search", {"email": other}).json() == [int(contact["id"])]
        assert api.put(f"/subscriber/{contact['id']}", {"newemail": other}).json() == [True]


def test_sharp_s_is_not_ss(api: Api) -> None:
    assert api.add("info@straße.example")["id"] != api.add("info@strasse.example")["id"]


def test_no_umlaut_before_the_at(api: Api) -> None:
    answer = api.post("/subscriber", {"email": "müller@klick-tipp.team"})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 5})
    contact = api.add("mueller@klick-tipp.team")
    answer = api.put(f"/subscriber/{contact['id']}", {"newemail": "müller@klick-tipp.team"})
    assert (answer.status_code, unexplained(answer)) == (406, {"error": 10, "code": 5})


def test_a_changed_address_is_given_up(api: Api) -> None:
    contact = api.add("info@müller.example")
    api.put(f"/subscriber/{contact['id']}", {"newemail": "info@neu.example"})
    assert api.post("/subscriber/search", {"email": "info@xn--mller-kva.example"}).status_code == 404
