"""Whom the log's masked labels stand for is read from KlickTipp for one answer, and that it was is in the log."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit import events
from integrations.audit.models import AuditEntry, Kind, SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.submission import NewContact
from integrations.contacts.sentences import UNSUBSCRIBED
from tests.factories import ClientAccountFactory, MembershipFactory, actor, add_contact
from tests.pages import logged, main_words
from tests.service import Service

EMAILS = ("ada@klick-tipp.team", "anna@klick-tipp.team")
READ = "GET /subscriber/bulk/"


@pytest.fixture
def numbers(account: ClientAccount, owner: Membership) -> list[int]:
    """Two adds of the log."""
    for email in EMAILS:
        add_contact(account, NewContact(email=email), actor(owner.user), uuid4())
    return list(AuditEntry.objects.filter(operation="add_or_update_contact").values_list("number", flat=True))


def show(browser: Client, member: Membership, numbers: list[Any], **headers: str) -> Any:
    return browser.post(f"/t/{member.team.slug}/log/addresses/", {"number": numbers}, headers=headers)


def test_the_addresses_of_a_page_are_shown_with_one_call_which_is_an_entry(
    browser: Client, owner: Membership, service: Service, numbers: list[int]
) -> None:
    page = browser.get(f"/t/{owner.team.slug}/log/").content.decode()
    for number in numbers:
        assert f'name="number" value="{number}"' in page
    assert not any(email in page for email in EMAILS)
    before = len(service.paths())
    words = main_words(show(browser, owner, numbers))
    for number, email in zip(numbers, EMAILS, strict=True):
        assert re.search(rf"a•••@klick-tipp.team [0-9a-f]{{4}} {number} {email}", words)
    (call,) = service.paths()[before:]
    assert call.startswith(READ)
    entry = AuditEntry.objects.get(operation="get_contacts")
    assert entry.kind == Kind.READ
    assert logged(operation="get_contacts") == [
        f"{owner.user} had addresses of contacts of Harbour Lane Coffee shown in the log (2)"
    ]
    kept = " ".join(map(str, AuditEntry.objects.values_list("parameters", "request", "answer")))
    assert not any(email in kept for email in EMAILS)


def test_htmx_gets_the_table_alone_and_an_entry_has_the_button(
    browser: Client, owner: Membership, numbers: list[int]
) -> None:
    assert "Show addresses" in main_words(browser.get(f"/t/{owner.team.slug}/log/{numbers[0]}/"))
    fragment = show(browser, owner, numbers[:1], HX_Request="true").content.decode()
    assert "<html" not in fragment
    assert EMAILS[0] in fragment
    assert EMAILS[1] not in fragment


def test_who_may_not_see_contacts_is_not_offered_it(owner: Membership, numbers: list[int], service: Service) -> None:
    auditor = MembershipFactory(team=owner.team, role=Role.AUDITOR)
    browser = Client()
    browser.force_login(auditor.user)
    assert "Show addresses" not in browser.get(f"/t/{owner.team.slug}/log/").content.decode()
    before = service.paths()
    assert show(browser, owner, numbers).status_code == 403
    assert service.paths() == before


def test_who_is_limited_and_other_teams_get_nothing_of_others(
    owner: Membership, numbers: list[int], service: Service
) -> None:
    limited = MembershipFactory(team=owner.team, role=Role.EDITOR)
    set_limit(limited, [ClientAccountFactory(team=owner.team)], actor(owner.user))
    before = service.paths()
    for member in (limited, MembershipFactory(role=Role.OWNER)):
        browser = Client()
        browser.force_login(member.user)
        words = main_words(show(browser, member, numbers))
        assert "The log knows no contact of this page that could be read." in words
    assert service.paths() == before


def test_who_is_gone_and_a_service_that_does_not_answer_are_told(
    browser: Client, owner: Membership, account: ClientAccount, service: Service, numbers: list[int]
) -> None:
    service.reset()
    assert main_words(show(browser, owner, numbers)).count("not there any more") == 2
    service.fault(status=403, body='["API access denied."]', always=True)
    assert "KlickTipp refuses the access." in main_words(show(browser, owner, numbers))


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "9" * 30, "1 OR 1=1", str(2**63 - 1)])
def test_what_is_no_entry_shows_nothing(browser: Client, owner: Membership, number: str) -> None:
    page = show(browser, owner, [number])
    assert page.status_code == 200
    assert "The log knows no contact" in main_words(page)


@pytest.mark.parametrize("told", ["zpz6zm68", "9" * 19, "0"])
def test_what_is_no_id_that_can_be_asked_for_keeps_no_other_from_being_shown(
    browser: Client, account: ClientAccount, owner: Membership, numbers: list[int], told: str
) -> None:
    """Of a contact's key the log has one letter; what was typed for an ID can be any number."""
    unknown = Subject(SubjectKind.CONTACT, told)
    events.record(UNSUBSCRIBED, actor(owner.user), account.scope, (unknown,), contact=unknown.label)
    latest = AuditEntry.objects.latest("number").number
    words = main_words(show(browser, owner, [*numbers, latest]))
    for email in EMAILS:
        assert email in words
    assert "z•••" not in words
    assert show(browser, owner, [latest]).status_code == 200
