"""Who looks for a person in the log is in the log, but not for every page that is turned."""

from typing import Any

from django.core.cache import cache
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, AuditSubject, Kind
from integrations.audit.recorder import Action
from integrations.audit.subjects import search_hashes
from integrations.contacts.sentences import ADD_CONTACT
from tests.audit.test_find_contact import EMAIL, find
from tests.audit.test_log_page import log, sentences, write
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import logged

SEARCHES = {"sentence__startswith": "log.searched"}


def add(owner: Membership) -> None:
    scope = ClientAccountFactory(team=owner.team, name="Bergwind").scope
    write(scope, Action(ADD_CONTACT, actor(), {"contact": EMAIL.label}, (EMAIL,)))


def hashes_of_search() -> set[str]:
    entry = AuditEntry.objects.get(**SEARCHES)
    return set(AuditSubject.objects.filter(entry_id=entry.pk).values_list("hash", flat=True))


def test_a_search_is_an_entry_about_who_was_looked_for(browser: Client, owner: Membership) -> None:
    add(owner)

    page = find(browser, owner, "ada@klick-tipp.team")

    assert logged(**SEARCHES) == [f"{owner.user.name} looked in the log for a•••@klick-tipp.team"]
    entry = AuditEntry.objects.get(**SEARCHES)
    assert (entry.kind, entry.actor_id, entry.team_id) == (Kind.READ, owner.user_id, owner.team_id)
    assert hashes_of_search() <= set(search_hashes(EMAIL, owner.team_id))
    assert sentences(page) == ["Alex added a•••@klick-tipp.team to Bergwind"]


def test_reading_on_and_turning_pages_is_no_entry_but_reading_again_later_is(
    browser: Client, owner: Membership
) -> None:
    add(owner)
    page = find(browser, owner, "ada@klick-tipp.team")
    address: Any = page.redirect_chain[-1][0]
    for _ in range(3):
        browser.get(address)
    assert len(logged(**SEARCHES)) == 1

    cache.clear()
    browser.get(address)

    assert len(logged(**SEARCHES)) == 2


def test_a_link_that_somebody_else_opens_is_an_entry_of_theirs(browser: Client, owner: Membership) -> None:
    add(owner)
    address = find(browser, owner, "ada@klick-tipp.team").redirect_chain[-1][0]
    auditor = MembershipFactory(team=owner.team, role=Role.AUDITOR)
    browser.force_login(auditor.user)

    browser.get(address)

    assert logged(**SEARCHES)[1:] == [f"{auditor.user.name} looked in the log for a•••@klick-tipp.team"]


def test_a_search_in_vain_is_an_entry_and_about_nobody(browser: Client, owner: Membership) -> None:
    for _ in range(2):
        page = find(browser, owner, "nobody@klick-tipp.team")

    assert "The log has nothing about nobody@klick-tipp.team" in page.content.decode()
    told = f"{owner.user.name} looked in the log for n•••@klick-tipp.team and found nothing"
    assert logged(**SEARCHES) == [told]
    assert hashes_of_search() == set()


def test_a_hash_that_nobody_has_is_no_entry(browser: Client, owner: Membership) -> None:
    log(browser, owner, about="0" * 64)
    assert logged(**SEARCHES) == []
