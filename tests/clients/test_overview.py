"""A client's overview: what was done last, how many contacts there are, and the way to the keys."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import LogLine
from integrations.clients.lists import forget_tag, load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.adding.submission import NewContact
from integrations.tags.tagging import Tagging, tag_contacts
from tests.factories import ClientAccountFactory, MembershipFactory, actor, add_contact, errand
from tests.pages import main_words
from tests.service import Service

ADDRESS = "dario.jansson3@klick-tipp.team"
SHOWN = ("subscribed", "pending", "unsubscribed")
HX = {"HX-Request": "true"}


def url(account: ClientAccount, rest: str = "") -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/{rest}"


def test_contacts_are_counted_by_status_and_lead_to_those_counted(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    assert f'hx-get="{url(account, "contacts/counts/")}"' in browser.get(url(account)).content.decode()
    assert service.paths() == []

    told = browser.get(url(account, "contacts/counts/"), headers=HX).content.decode()

    assert len(service.paths()) == 3
    ways = [f'href="{url(account, "contacts/browse/")}?status={status}"' for status in SHOWN]
    assert sorted(ways, key=told.find) == ways
    assert all(way in told for way in ways)
    assert "as of " in told
    line = LogLine.objects.get(sentence="contacts.counted")
    assert (line.kind, line.entries, line.outcome) == ("load", 3, "done")
    assert browser.get(url(account, "contacts/counts/"), headers=HX).content.decode() == told
    assert len(service.paths()) == 3


def test_what_cannot_be_counted_is_explained(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(always=True, status=500)
    told = browser.get(url(account, "contacts/counts/"), headers=HX).content.decode()
    assert "KlickTipp answered in a way that cannot be understood." in told


def test_what_was_done_last_is_told_for_this_client_alone(
    browser: Client, account: ClientAccount, owner: Membership
) -> None:
    other = ClientAccountFactory(team=owner.team, name="Bergwind")
    for number in range(10):
        settings = {"name": f"Name {number}", "colour": account.colour, "country": "GB"}
        browser.post(url(account, "settings/"), settings)
    browser.post(url(other, "settings/"), {"name": "Bergwind 2", "colour": other.colour, "country": "GB"})

    page = browser.get(url(account))

    assert [action.sentence.partition(" renamed ")[2] for action in page.context["actions"]][:2] == [
        "Name 8 to Name 9",
        "Name 7 to Name 8",
    ]
    assert len(page.context["actions"]) == 8
    assert "Bergwind" not in main_words(page)


def test_what_was_only_loaded_or_looked_at_is_not_among_it(browser: Client, account: ClientAccount) -> None:
    load(account, ReferenceKind.TAGS, actor())
    browser.post(url(account, "contacts/"), {"wanted": ADDRESS})
    assert {line.kind for line in LogLine.objects.filter(account_id=account.pk)} == {"load", "look"}
    assert browser.get(url(account)).context["actions"] == []


def tag(account: ClientAccount, name: str) -> int:
    items = load(account, ReferenceKind.TAGS, actor()).items
    return int(next(item["id"] for item in items if item["name"] == name))


def test_tags_that_were_given_last_lead_to_who_has_them_and_to_tagging(browser: Client, account: ClientAccount) -> None:
    vip, newsletter = tag(account, "VIP"), tag(account, "Newsletter")
    tag_contacts(errand(account), Tagging((ADDRESS,), (newsletter, vip)), uuid4())
    add_contact(account, NewContact(email="bo@klick-tipp.team", tag_ids=(vip,)), actor(), uuid4())
    removing = Tagging((ADDRESS,), (tag(account, "Customer"),), removes=True)
    tag_contacts(errand(account), removing, uuid4())

    page = browser.get(url(account))

    assert [used["name"] for used in page.context["tags"]] == ["VIP", "Newsletter"]
    text = page.content.decode()
    assert f'href="{url(account, "contacts/browse/")}?tag={vip}"' in text
    assert f'href="{url(account, "tags/tagging/")}?tags={vip}"' in text
    assert str(vip) in browser.get(f"{url(account, 'tags/tagging/')}?tags={vip}").content.decode()


def test_a_new_tag_is_found_by_its_name_and_one_that_is_gone_is_left_out(
    browser: Client, account: ClientAccount
) -> None:
    load(account, ReferenceKind.TAGS, actor())
    tag_contacts(errand(account), Tagging((ADDRESS,), (), ("Fresh",)), uuid4())
    assert [used["name"] for used in browser.get(url(account)).context["tags"]] == ["Fresh"]
    forget_tag(account, tag(account, "Fresh"))
    assert browser.get(url(account)).context["tags"] == []


def test_many_actions_need_no_more_queries(browser: Client, account: ClientAccount) -> None:
    vip = tag(account, "VIP")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(url(account))
        return len(captured)

    tag_contacts(errand(account), Tagging((ADDRESS,), (vip,)), uuid4())
    before = queries()
    for _ in range(5):
        tag_contacts(errand(account), Tagging((ADDRESS,), (vip, tag(account, "Newsletter"))), uuid4())
    assert queries() == before


def test_the_connection_leads_to_the_keys(browser: Client, account: ClientAccount) -> None:
    page = browser.get(url(account))
    assert "connected as of" in main_words(page)
    assert page.content.decode().count(f'href="{url(account, "keys/")}"') == 2
    assert account.credentials.get().last_four not in page.content.decode()


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Role.ADMIN, "Store a customer key"),
        (Role.EDITOR, "Store a key of your own"),
        (Role.VIEWER, "An admin of your team can store one."),
    ],
)
def test_a_client_without_a_key_says_at_once_what_to_do(
    client: Client, owner: Membership, role: Role, told: str
) -> None:
    account = ClientAccountFactory(team=owner.team)
    client.force_login(MembershipFactory(team=owner.team, role=role).user)
    assert told in main_words(client.get(url(account)))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR, Role.VIEWER])
def test_what_is_stored_stands_on_the_page_of_keys(client: Client, account: ClientAccount, role: Role) -> None:
    client.force_login(MembershipFactory(team=account.team, role=role).user)
    page = client.get(url(account, "keys/"))
    assert account.credentials.get().last_four in main_words(page)
    assert ("Replace the key" in main_words(page)) is (role == Role.ADMIN)
    assert ("Store a key of your own" in main_words(page)) is (role != Role.VIEWER)


def test_a_refused_key_leads_to_the_keys_wherever_it_is_told(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    load(account, ReferenceKind.TAGS, actor())
    service.fault(status=403, body='["API access denied."]', always=True)
    page = browser.post(url(account, "contacts/"), {"wanted": ADDRESS})
    assert "To the keys" in main_words(page)
    at_keys = browser.post(url(account, "key/test/"))
    assert "KlickTipp refuses the access" in main_words(at_keys)
    assert "To the keys" not in main_words(at_keys)
    assert "Check the key" in main_words(browser.get(url(account)))
