"""Contact keys, which name a contact as its id does."""

from pathlib import Path

from integrations.sandbox.server import SandboxServer
from tests.sandbox.client import Api


def test_every_contact_has_a_key_of_its_own(api: Api, german: Api) -> None:
    known = [found["key"] for each in (api, german) for found in each.contacts().values()]
    assert len(known) == len(set(known)) > 50
    assert all(key.isalnum() and key.isascii() and not key.isdigit() for key in known)


def test_a_key_takes_the_place_of_the_id(api: Api) -> None:
    contact = api.add("by-key@example.org")
    key = api.contact_key(contact["id"])
    assert key not in contact.values()
    assert api.get(f"/subscriber/{key}").json() == contact
    assert api.get(f"/subscriber/{key}.json").json() == contact
    assert api.put(f"/subscriber/{key}", {"newemail": "changed@example.org"}).json() == [True]
    assert api.get(f"/subscriber/{contact['id']}").json()["email"] == "changed@example.org"
    assert api.contact_key(contact["id"]) == key
    assert api.delete(f"/subscriber/{key}").json() == [True]
    assert api.get(f"/subscriber/{contact['id']}").status_code == api.get(f"/subscriber/{key}").status_code == 404
    assert api.delete(f"/subscriber/{key}").status_code == 406


def test_a_key_is_of_one_account(api: Api, german: Api) -> None:
    assert german.get(f"/subscriber/{api.contact_key(api.get('/subscriber').json()[0])}").status_code == 404


def test_keys_last(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SandboxServer(accounts=1, state=path) as server:
        api = Api(server)
        api.add("kept@example.org")
        known = api.contacts()
    with SandboxServer(accounts=1, state=path) as server:
        assert Api(server).contacts() == known


def test_contacts_of_no_account(api: Api) -> None:
    for query in ("", "?uid=1"):
        assert api.control("GET", f"contacts{query}").status_code == 404
