"""Contacts by pages, many at once and those that changed: what the service knows since October 2026."""

from typing import Any

import pytest

from tests.sandbox.client import Api

LONG_AGO = 1_500_000_000
BOUNCES = ("nobounce", "softbounce", "hardbounce", "spambounce")


def walk(api: Api, path: str, **query: Any) -> list[str]:
    """The ids of all pages, one after the other."""
    ids, cursor = [], None
    while True:
        answer = api.get(path, params={**query, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert list(page) == ["subscriberIds", "nextCursor"]
        ids += page["subscriberIds"]
        cursor = page["nextCursor"]
        if cursor is None:
            return ids


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock by which changes of contacts are noted."""

    def turn(seconds: int) -> None:
        monkeypatch.setattr("integrations.sandbox.store.time.time", lambda: seconds)

    return turn


@pytest.mark.parametrize("limit", [1, 4, 500])
@pytest.mark.parametrize("filters", [{}, {"status": "pending,unsubscribed"}, {"bounceStatus": "hardbounce"}])
def test_all_pages_together_are_the_list(api: Api, limit: int, filters: dict[str, str]) -> None:
    assert walk(api, "/subscriber", limit=limit, **filters) == api.get("/subscriber", params=filters).json()


def test_the_last_page_that_is_full_has_no_cursor(api: Api) -> None:
    every = len(api.get("/subscriber").json())
    assert api.get(f"/subscriber?limit={every}").json()["nextCursor"] is None
    assert api.get(f"/subscriber?limit={every - 1}").json()["nextCursor"]


def test_a_page_without_contacts(api: Api) -> None:
    answer = api.get("/subscriber.json?limit=1&status=pending&bounceStatus=hardbounce")
    assert (answer.status_code, answer.json()) == (200, {"subscriberIds": [], "nextCursor": None})


def test_a_cursor_stays_right_when_contacts_come_and_go(api: Api) -> None:
    before = api.get("/subscriber").json()
    first = api.get("/subscriber?limit=5").json()
    for gone in (before[0], before[4], before[5]):
        api.delete(f"/subscriber/{gone}")
    new = api.add("new@example.org")["id"]
    rest = api.get("/subscriber", params={"limit": 500, "cursor": first["nextCursor"]}).json()
    assert rest == {"subscriberIds": [*before[6:], new], "nextCursor": None}


@pytest.mark.parametrize("path", ["/subscriber?", "/subscriber/changed?from=0&"])
@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=501", "limit=x", "limit=1.5"])
def test_bad_limits(api: Api, path: str, query: str) -> None:
    answer = api.get(f"{path}{query}")
    assert answer.status_code == 400
    assert "limit" in answer.json()[0]


def test_a_page_of_changed_contacts_is_smaller(api: Api, german: Api) -> None:
    assert api.get("/subscriber/changed?from=0&limit=200").status_code == 200
    answer = german.get("/subscriber/changed?from=0&limit=201")
    assert (answer.status_code, answer.json()) == (400, ['Der Schlüssel "limit" muss eine Zahl von 1 bis 200 sein.'])


def test_bad_cursors(api: Api) -> None:
    of_changed = api.get("/subscriber/changed?from=0&limit=1").json()["nextCursor"]
    for cursor in ("x", "b3Blbg==", "ü", "12", of_changed, f"{of_changed}="):
        answer = api.get("/subscriber", params={"limit": 5, "cursor": cursor})
        assert answer.status_code == 400
        assert "cursor" in answer.json()[0]


def test_many_contacts_at_once(api: Api) -> None:
    one, two = api.get("/subscriber").json()[:2]
    for separator in (",", "%2C"):
        found = api.get(f"/subscriber/bulk/{separator.join((two, '999', one))}").json()
        assert found == {
            two: api.get(f"/subscriber/{two}").json(),
            "999": None,
            one: api.get(f"/subscriber/{one}").json(),
        }


def test_bulk_takes_200_ids(api: Api) -> None:
    ids = [str(id_) for id_ in range(1, 202)]
    assert api.get(f"/subscriber/bulk/{','.join(ids[:200])}").json() == dict.fromkeys(ids[:200])
    answer = api.get(f"/subscriber/bulk/{','.join(ids)}")
    assert answer.status_code == 400
    assert "200" in answer.json()[0]


@pytest.mark.parametrize("wrong", ["abc", "1,", ",", "-1", "1;2"])
def test_bulk_takes_ids_only(api: Api, wrong: str) -> None:
    answer = api.get(f"/subscriber/bulk/{wrong}")
    assert answer.status_code == 400
    assert isinstance(answer.json()[0], str)


def test_bulk_takes_no_contact_keys(api: Api) -> None:
    contact = api.get("/subscriber").json()[0]
    assert api.get(f"/subscriber/bulk/{contact},{api.contact_key(contact)}").status_code == 400


def test_changed_contacts_are_those_since_a_second_included(api: Api, turn: Any) -> None:
    turn(2_000_000_000)
    one = api.add("one@example.org")["id"]
    turn(2_000_000_001)
    two = api.add("two@example.org")["id"]

    assert walk(api, "/subscriber/changed", **{"from": 2_000_000_000}) == [one, two]
    assert walk(api, "/subscriber/changed", **{"from": 2_000_000_001}) == [two]
    assert walk(api, "/subscriber/changed", **{"from": 2_000_000_002}) == []


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_all_changes_together_are_all_contacts_of_any_status(api: Api, limit: int) -> None:
    everybody = api.get("/subscriber?status=pending,subscribed,unsubscribed&bounceStatus=" + ",".join(BOUNCES)).json()
    found = walk(api, "/subscriber/changed", limit=limit, **{"from": LONG_AGO})
    assert sorted(found) == sorted(everybody)


def test_whoever_changes_meanwhile_comes_again(api: Api, turn: Any) -> None:
    ids = walk(api, "/subscriber/changed", limit=200, **{"from": LONG_AGO})
    first = api.get(f"/subscriber/changed?from={LONG_AGO}&limit=5").json()
    turn(2_000_000_000)
    api.put(f"/subscriber/{ids[0]}", {"fields": {"fieldCity": "Jena"}})
    turn(2_000_000_001)
    api.put(f"/subscriber/{ids[9]}", {"fields": {"fieldCity": "Jena"}})
    api.delete(f"/subscriber/{ids[7]}")

    rest = api.get("/subscriber/changed", params={"from": LONG_AGO, "cursor": first["nextCursor"]}).json()
    assert rest["subscriberIds"] == [*ids[5:7], ids[8], *ids[10:], ids[0], ids[9]]


CHANGES: dict[str, Any] = {
    "adding again": lambda api, contact, tag: api.add(contact["email"], fields={"fieldCity": "Ulm"}),
    "updating": lambda api, contact, tag: api.put(f"/subscriber/{contact['id']}", {"fields": {"fieldCity": "Ulm"}}),
    "tagging": lambda api, contact, tag: api.post(
        "/subscriber/tag", {"email": contact["email"], "tagids": [api.tag_id("VIP")]}
    ),
    "untagging": lambda api, contact, tag: api.post("/subscriber/untag", {"email": contact["email"], "tagid": tag}),
    "deleting a tag": lambda api, contact, tag: api.delete(f"/tag/{tag}"),
    "unsubscribing": lambda api, contact, tag: api.post("/subscriber/unsubscribe", {"email": contact["email"]}),
    "signing in": lambda api, contact, tag: api.post(
        "/subscriber/signin", {"apikey": api.account["listbuilding_key"], "email": contact["email"]}
    ),
    "signing off": lambda api, contact, tag: api.post(
        "/subscriber/signoff", {"apikey": api.account["listbuilding_key"], "email": contact["email"]}
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_counts(api: Api, turn: Any, change: str) -> None:
    tag = api.post("/tag", {"name": "autumn"}).json()[0]
    contact = api.add("changing@example.org", tagid=tag)
    turn(2_000_000_000)

    answer = CHANGES[change](api, contact, tag)

    assert isinstance(answer, dict) or answer.status_code == 200, answer.text
    assert api.get("/subscriber/changed?from=2000000000").json()["subscriberIds"] == [contact["id"]]


def test_a_confirmation_is_a_change(api: Api, turn: Any) -> None:
    turn(2_000_000_000)
    wanted = {"uid": api.account["uid"], "email": "pending@klick-tipp.team"}
    assert api.control("POST", "confirm", wanted).json() == {"confirmed": True}
    assert len(api.get("/subscriber/changed?from=2000000000").json()["subscriberIds"]) == 1


def test_what_changes_nothing_does_not_count(api: Api, turn: Any) -> None:
    tag = api.tag_id("VIP")
    contact = api.add("still@example.org", tagid=tag)
    api.post("/subscriber/unsubscribe", {"email": "unsubscribed@klick-tipp.team"})
    turn(2_000_000_000)
    api.get(f"/subscriber/{contact['id']}")
    api.post("/subscriber/tag", {"email": "still@example.org", "tagids": [tag]})
    api.post("/subscriber/unsubscribe", {"email": "unsubscribed@klick-tipp.team"})
    api.put(f"/subscriber/{contact['id']}", {"newemail": "no address"})
    assert api.get("/subscriber/changed?from=2000000000").json()["subscriberIds"] == []


@pytest.mark.parametrize("query", ["", "?from=", "?from=x", "?from=-1", "?from=2025-10-15"])
def test_changed_since_when(api: Api, query: str) -> None:
    answer = api.get(f"/subscriber/changed{query}")
    assert answer.status_code == 400
    assert "from" in answer.json()[0]


def test_changed_is_no_contact(api: Api) -> None:
    assert api.put("/subscriber/changed", {}).status_code == 405
    assert api.delete("/subscriber/changed").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/field.json?detail=true",
        "/field/FirstName.json?detail=true",
        "/subscriber.json?limit=2",
        "/subscriber/bulk/1,2.json",
        "/subscriber/changed.json?from=0",
    ],
)
def test_suffix_and_head(api: Api, path: str) -> None:
    plain = api.get(path.replace(".json", ""))
    assert plain.status_code == 200
    assert api.get(path).content == plain.content
    head = api.call("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(plain.content))
