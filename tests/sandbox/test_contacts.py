import pytest

from tests.facts import ABSENT_IN_CONTACT, CONTACT
from tests.sandbox.client import Api, unexplained

CONTACT_KEYS = """
    id listid optin optin_ip email status bounce date ip unsubscription unsubscription_ip referrer
    sms_phone sms_status sms_bounce sms_date sms_unsubscription sms_referrer
""".split()  # noqa: SIM905
MAPPINGS = """
    manual_tags smart_tags emails_sent emails_opened emails_clicked notification_emails_sent
    notification_emails_opened notification_emails_clicked campaigns_started campaigns_finished
""".split()  # noqa: SIM905


def search(api: Api, email: str) -> int:
    found: list[int] = api.post("/subscriber/search", {"email": email}).json()
    return found[0]


def contact_of(api: Api, email: str) -> dict[str, object]:
    found: dict[str, object] = api.get(f"/subscriber/{search(api, email)}").json()
    return found


def test_a_contact_has_every_key_of_the_contract(api: Api) -> None:
    contact = api.add("whole@example.org", tagid=api.tag_id("VIP"))
    assert list(contact) == [*CONTACT_KEYS, *api.get("/field").json(), "tags", *MAPPINGS]
    tag = str(api.tag_id("VIP"))
    assert tag in contact["tags"]
    assert contact["manual_tags"][tag].isdigit()
    assert contact["emails_sent"] == []
    assert contact == api.get(f"/subscriber/{contact['id']}").json()
    assert contact["status"] == "Subscribed"
    assert contact["bounce"] == "Not Bounced"
    assert len(contact["date"].split(".")) == 3


def test_what_is_absent_is_absent_as_in_the_sample(api: Api) -> None:
    contact = api.add("sparse@example.org")
    assert {key: contact[key] for key in ABSENT_IN_CONTACT} == {key: CONTACT[key] for key in ABSENT_IN_CONTACT}


def test_double_opt_in_waits_for_the_confirmation(api: Api) -> None:
    answer = api.post("/subscriber", {"email": "double@example.org"}).json()
    assert (answer["status"], answer["optin"]) == ("Opt-In Pending", "")
    assert answer["listid"] == str(api.list_id(""))
    assert confirmation_emails(api) == 1
    wanted = {"uid": api.account["uid"], "email": "double@example.org"}
    assert api.control("POST", "confirm", wanted).json() == {"confirmed": True}
    assert contact_of(api, "double@example.org")["status"] == "Subscribed"
    assert api.control("POST", "confirm", wanted).json() == {"confirmed": False}


def confirmation_emails(api: Api) -> int:
    accounts = api.control("GET", "accounts").json()["accounts"]
    return int(accounts[0]["confirmation_emails"])


def test_adding_a_pending_contact_again(api: Api) -> None:
    api.post("/subscriber", {"email": "again@example.org"})
    assert api.post("/subscriber", {"email": "AGAIN@example.org"}).json()["status"] == "Opt-In Pending"
    assert confirmation_emails(api) == 1
    api.post("/subscriber", {"email": "again@example.org", "listid": api.list_id("webinar")})
    assert confirmation_emails(api) == 2
    assert api.add("again@example.org")["status"] == "Subscribed"


def test_adding_a_known_address_updates_it(api: Api) -> None:
    first = api.add("twice@example.org", fields={"fieldFirstName": "Ada", "fieldCity": "Bonn"})
    second = api.post(
        "/subscriber",
        {"email": "Twice@Example.org", "fields": {"fieldCity": "Köln"}, "tagid": str(api.tag_id("VIP"))},
    ).json()
    assert second["id"] == first["id"]
    assert (second["fieldFirstName"], second["fieldCity"], second["email"]) == (
        "Ada",
        "Köln",
        "twice@example.org",
    )
    assert second["status"] == "Subscribed"
    assert list(second["manual_tags"]) == [str(api.tag_id("VIP"))]


@pytest.mark.parametrize("number", ["+491701234567", "00491701234567"])
def test_sms_numbers(api: Api, number: str) -> None:
    contact = api.post("/subscriber", {"smsnumber": number}).json()
    assert contact["sms_phone"] == "00491701234567"
    assert (contact["sms_status"], contact["email"], contact["status"]) == ("Subscribed", "", "")
    again = api.post("/subscriber", {"smsnumber": "+491701234567", "fields": {"fieldCity": "Ulm"}}).json()
    assert (again["id"], again["fieldCity"]) == (contact["id"], "Ulm")


def test_noconfirm_matters_only_where_a_confirmation_would_be_sent(api: Api) -> None:
    assert api.add("noconfirm@example.org")["status"] == "Subscribed"
    assert api.post("/subscriber", {"email": "noconfirm@example.org"}).status_code == 200


def test_update_by_id(api: Api) -> None:
    contact = api.add("before@example.org", smsnumber="+491701234567")
    body = {"newemail": "after@example.org", "newsmsnumber": "+491709999999", "fields": {"fieldCity": "Jena"}}
    assert api.put(f"/subscriber/{contact['id']}", body).json() == [True]
    found = contact_of(api, "after@example.org")
    assert found["id"] == contact["id"]
    assert (found["sms_phone"], found["fieldCity"]) == ("00491709999999", "Jena")
    assert api.post("/subscriber/search", {"email": "before@example.org"}).status_code == 404
    assert api.put(f"/subscriber/{contact['id']}", body).json() == [True]
    assert api.put(f"/subscriber/{contact['id']}", {"newemail": "", "newsmsnumber": None}).json() == [True]
    assert api.add("before@example.org", smsnumber="+491701234567")["id"] != contact["id"]


def test_an_address_for_a_contact_with_an_sms_number_only(api: Api) -> None:
    contact = api.post("/subscriber", {"smsnumber": "+491701234567"}).json()
    assert api.put(f"/subscriber/{contact['id']}", {"newemail": "late@example.org"}).json() == [True]
    assert contact_of(api, "late@example.org")["status"] == "Opt-In Pending"


def test_unsubscribe_is_repeatable_and_final(api: Api) -> None:
    api.add("leaving@example.org", smsnumber="+491701234567")
    for _ in range(2):
        assert api.post("/subscriber/unsubscribe", {"email": "leaving@example.org"}).json() == [True]
    found = contact_of(api, "leaving@example.org")
    assert (found["status"], found["sms_status"]) == ("Unsubscribed", "Subscribed")
    assert found["unsubscription"]
    assert unexplained(api.post("/subscriber", {"email": "leaving@example.org"})) == {"error": 4}


def test_delete(api: Api) -> None:
    contact = api.add("bye@example.org", smsnumber="+491701234567")
    assert api.delete(f"/subscriber/{contact['id']}").json() == [True]
    assert api.get(f"/subscriber/{contact['id']}").status_code == 404
    assert api.delete(f"/subscriber/{contact['id']}").status_code == 406
    assert api.add("bye@example.org", smsnumber="+491701234567")["id"] != contact["id"]


@pytest.mark.parametrize(
    ("query", "emails", "missing"),
    [
        ("", ["softbounce", "spambounce"], ["hardbounce", "pending", "unsubscribed"]),
        ("?status=&bounceStatus=", ["softbounce"], ["hardbounce", "pending"]),
        ("?status=pending,unsubscribed", ["pending", "unsubscribed"], ["softbounce"]),
        ("?status[]=pending&status[]=unsubscribed", ["pending", "unsubscribed"], ["softbounce"]),
        ("?bounceStatus=hardbounce", ["hardbounce"], ["softbounce", "spambounce"]),
        (
            "?status=subscribed&bounceStatus=softbounce%2Cspambounce",
            ["softbounce", "spambounce"],
            ["hardbounce"],
        ),
    ],
)
def test_list_contacts(api: Api, query: str, emails: list[str], missing: list[str]) -> None:
    found = api.get(f"/subscriber{query}").json()
    assert all(isinstance(contact, str) for contact in found)
    for names, expected in ((emails, True), (missing, False)):
        for name in names:
            assert (str(search(api, f"{name}@klick-tipp.team")) in found) is expected


def test_no_contacts_at_all(api: Api, german: Api) -> None:
    answer = german.get("/subscriber?status=pending&bounceStatus=hardbounce")
    assert (answer.status_code, answer.json()) == (404, ["Es gibt keine Kontakte."])


def test_search_ignores_case_and_knows_no_sms_numbers(api: Api) -> None:
    contact = api.add("search.me@example.org")
    assert api.post("/subscriber/search", {"email": "Search.Me@example.org"}).json() == [int(contact["id"])]
    assert api.post("/subscriber/search", {"email": "+4915113000001"}).status_code == 404
