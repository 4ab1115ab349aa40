"""Finding out, with the hash of a contact that other clients have, whether they have it and how it is labelled."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, AuditSubject, SubjectKind
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from integrations.contacts.sentences import ADD_CONTACT
from tests.audit.test_log_page import sentences, write
from tests.factories import ClientAccountFactory, MembershipFactory, actor

HIDDEN = Subject(SubjectKind.EMAIL, "hidden@klick-tipp.team")
OWN = Subject(SubjectKind.EMAIL, "own@klick-tipp.team")


def write_about(scope: Scope, subject: Subject) -> None:
    write(scope, Action(ADD_CONTACT, actor(), {"contact": subject.label}, (subject,)))


@pytest.fixture
def scopes(owner: Membership) -> dict[Subject, Scope]:
    """Of the client that has a contact, and of each that has another one."""
    scopes = {about: ClientAccountFactory(team=owner.team, name=about.value[:3]).scope for about in (HIDDEN, OWN)}
    for about, scope in scopes.items():
        write_about(scope, about)
    return scopes


@pytest.fixture
def limited(owner: Membership, scopes: dict[Subject, Scope]) -> Membership:
    member = MembershipFactory(team=owner.team, role=Role.EDITOR)
    set_limit(member, [ClientAccount.objects.get(pk=scopes[OWN].account_id)], actor(owner.user))
    return member


@pytest.fixture
def their_browser(browser: Client, owner: Membership, limited: Membership) -> Client:
    """The limited member's, after the owner has looked for the hidden contact."""
    browser.post(f"/t/{owner.team.slug}/log/", {"line": HIDDEN.value}, follow=True)
    browser.force_login(limited.user)
    return browser


def hashes(member: Membership, *subjects: Subject) -> str:
    return ",".join(hashed for subject in subjects for hashed in search_hashes(subject, member.team_id))


def labels_of_last_entry(**conditions: Any) -> list[str]:
    last = AuditEntry.objects.filter(**conditions).latest("number")
    return list(AuditSubject.objects.filter(entry_id=last.pk).values_list("label", flat=True))


def test_a_report_is_an_entry_about_those_alone_whom_its_reader_may_see(
    their_browser: Client, limited: Membership, scopes: dict[Subject, Scope]
) -> None:
    for of_client in ("", f"{scopes[OWN].account_id}/"):
        url = f"/t/{limited.team.slug}/log/person/{of_client}?q=subject:{hashes(limited, OWN, HIDDEN)}"
        assert their_browser.get(url).status_code == 200
        assert labels_of_last_entry(sentence__startswith="log_export.person") == [OWN.label]


def test_a_report_of_one_client_puts_no_contact_of_another_into_that_ones_log(
    browser: Client, owner: Membership, scopes: dict[Subject, Scope]
) -> None:
    url = f"/t/{owner.team.slug}/log/person/{scopes[OWN].account_id}/?q=subject:{hashes(owner, OWN, HIDDEN)}"
    assert browser.get(url).status_code == 200
    assert labels_of_last_entry(account_id=scopes[OWN].account_id) == [OWN.label]


def test_nothing_that_a_search_in_vain_offers_has_the_contacts_hash(their_browser: Client, limited: Membership) -> None:
    for typed in (HIDDEN.value, f"email:{HIDDEN.value} code:402", f"email:{OWN.value} email:{HIDDEN.value}"):
        page = their_browser.post(f"/t/{limited.team.slug}/log/", {"line": typed})
        assert "The log has nothing about" in page.content.decode()
        assert re.findall(r"[0-9a-f]{64}", page.content.decode()) == [], typed


def test_an_action_is_found_by_those_of_its_entries_alone_that_the_member_may_see(
    their_browser: Client, limited: Membership, scopes: dict[Subject, Scope]
) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "x•••"}, (OWN,))
    write(scopes[OWN], action)
    out_of_sight = write(scopes[HIDDEN], replace(action, subjects=(HIDDEN,)))
    for told in (f"subject:{hashes(limited, HIDDEN)}", f"entry:{out_of_sight.number}", f"request:{out_of_sight.pk}"):
        page = their_browser.get(f"/t/{limited.team.slug}/log/?q={quote(told)}")
        assert sentences(page) == [], told
        newer = f"/t/{limited.team.slug}/log/newer/?q={quote(told)}&after=1"
        assert their_browser.get(newer, headers={"HX-Request": "true"}).context["count"] == 0, told
