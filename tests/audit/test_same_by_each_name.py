"""Whichever of a contact's names the log is asked for, also the team's own entries about it are the same."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit import lines, links
from integrations.audit.models import AuditEntry, Outcome, SubjectKind
from integrations.audit.recorder import Scope, finish
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from tests.audit.test_find_contact import signed_in, write_about
from tests.factories import ClientAccountFactory, MembershipFactory, actor

OLD = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")
NEW = Subject(SubjectKind.EMAIL, "lovelace@klick-tipp.team")
ID = Subject(SubjectKind.CONTACT, "4711")
OTHER_ID = Subject(SubjectKind.CONTACT, "4712")


def met(scope: Scope, *names: Subject) -> None:
    """A call tells under which names a contact is known."""
    write_about(scope, *names, outcome=Outcome.PENDING, status=None, duration=None)
    entry = AuditEntry.objects.latest("number")
    links.learn(entry, [list(names)])
    finish(entry, {"outcome": Outcome.DONE, "duration": timedelta(milliseconds=1)})
    lines.finish([AuditEntry.objects.get(pk=entry.pk)])


def numbers_in_log(browser: Client, member: Membership, subject: Subject) -> set[int]:
    page = browser.post(f"/t/{member.team.slug}/log/", {"line": f"{_typed(subject)} kind:any"}, follow=True)
    return {action.head.number for action in page.context["actions"]}


def numbers_in_report(browser: Client, member: Membership, subject: Subject) -> set[int]:
    hashed = search_hashes(subject, member.team_id)[0]
    report = browser.get(f"/t/{member.team.slug}/log/person/?q=subject:{hashed}").context["report"]
    return {entry.number for _id, _label, told in report.of_clients for entry, *_ in told}


def look_for(browser: Client, member: Membership, subjects: Sequence[Subject]) -> None:
    """Until each search, and each reading of a report, is in the log."""
    for subject in subjects:
        numbers_in_log(browser, member, subject)
        numbers_in_report(browser, member, subject)


def _typed(subject: Subject) -> str:
    return f"{'email' if subject.kind == SubjectKind.EMAIL else 'contact'}:{subject.value}"


@pytest.fixture
def scope(owner: Membership) -> Scope:
    scope = ClientAccountFactory(team=owner.team, name="Bergwind").scope
    met(scope, ID, OLD)
    met(scope, ID, NEW)
    return scope


def test_what_the_team_looked_for_is_found_by_each_name(browser: Client, owner: Membership, scope: Scope) -> None:
    look_for(browser, owner, [OLD, NEW, ID])
    written = AuditEntry.objects.exclude(sentence="people.signed_in")
    numbers = set(written.values_list("number", flat=True))
    assert {"log.searched", "log_export.person_reported"} < set(written.values_list("sentence", flat=True))
    for subject in (OLD, NEW, ID):
        assert numbers_in_log(browser, owner, subject) & numbers == numbers, subject.value
        assert numbers_in_report(browser, owner, subject) & numbers == numbers, subject.value


def test_an_address_that_somebody_else_has_now_is_looked_for_as_theirs(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    look_for(browser, owner, [OLD])
    before = AuditEntry.objects.get(sentence="log.searched").number
    met(scope, OTHER_ID, OLD)
    cache.clear()
    look_for(browser, owner, [OLD])
    after = AuditEntry.objects.filter(sentence="log.searched").latest("number").number
    assert numbers_in_log(browser, owner, ID) & {before, after} == {before}
    assert numbers_in_log(browser, owner, OTHER_ID) & {before, after} == {after}


def test_who_is_limited_learns_no_name_of_a_client_out_of_sight(owner: Membership, scope: Scope) -> None:
    own: ClientAccount = ClientAccountFactory(team=owner.team, name="Hafenkaffee")
    met(own.scope, Subject(SubjectKind.CONTACT, "99"), OLD)
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER)
    browser = signed_in(viewer)
    look_for(browser, viewer, [NEW])
    searched = AuditEntry.objects.get(sentence="log.searched", actor_id=viewer.user_id).number
    assert searched in numbers_in_log(browser, viewer, OLD)
    set_limit(viewer, [own], actor(owner.user))
    assert searched not in numbers_in_log(browser, viewer, OLD)
    assert searched not in numbers_in_report(browser, viewer, OLD)
