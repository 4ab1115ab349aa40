"""Everything about a contact, by client account; of one client alone it names no other."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.export import people
from integrations.audit.models import AuditEntry, AuditSubject, Kind, SubjectKind
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from integrations.contacts.sentences import ADD_CONTACT, CONTACT_OPENED
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import main_words, words

ADA = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")
BEA = Subject(SubjectKind.EMAIL, "bea@klick-tipp.team")


def write_about(scope: Scope, subject: Subject) -> AuditEntry:
    return write(scope, Action(ADD_CONTACT, actor(), {"contact": subject.label}, (subject,)))


@pytest.fixture
def scopes(owner: Membership) -> list[Scope]:
    """Of two clients whose logs both have a contact."""
    scopes = [ClientAccountFactory(team=owner.team, name=name).scope for name in ("Bergwind", "Hafenkaffee")]
    for scope in scopes:
        write_about(scope, ADA)
        write_about(scope, BEA)
    return scopes


def query_of(member: Membership, subject: Subject = ADA) -> str:
    return urlencode({"q": f"subject:{search_hashes(subject, member.team_id)[0]}"})


def report(browser: Client, member: Membership, scope: Scope | None = None, subject: Subject = ADA) -> Any:
    of_client = f"{scope.account_id}/" if scope else ""
    return browser.get(f"/t/{member.team.slug}/log/person/{of_client}?{query_of(member, subject)}")


def test_a_report_tells_of_every_client(browser: Client, owner: Membership, scopes: list[Scope]) -> None:
    found = browser.post(f"/t/{owner.team.slug}/log/", {"line": ADA.value}, follow=True).content.decode()
    assert f'href="/t/{owner.team.slug}/log/person/?{query_of(owner)}"' in found
    page = main_words(report(browser, owner))
    assert "added a•••@klick-tipp.team to Bergwind" in page
    assert "added a•••@klick-tipp.team to Hafenkaffee" in page
    assert "b•••" not in page
    assert ADA.value not in page


def test_a_report_of_one_client_names_no_other(browser: Client, owner: Membership, scopes: list[Scope]) -> None:
    report(browser, owner)
    page = words(report(browser, owner, scopes[0]))
    assert "added a•••@klick-tipp.team to Bergwind" in page
    assert "Hafenkaffee" not in main_words(report(browser, owner, scopes[0]))


def test_the_numbers_of_a_report_are_found_in_the_log(browser: Client, owner: Membership, scopes: list[Scope]) -> None:
    """They are those within the client: in the team others have them."""
    log, hafenkaffee = f"/t/{owner.team.slug}/log/", scopes[1]
    shown = report(browser, owner, hafenkaffee).content.decode()
    (link,) = re.findall(r'href="([^"]+)">1</a>', shown)
    (action,) = browser.get(unescape(link)).context["actions"]
    assert (action.account_label, action.head.account_number) == ("Hafenkaffee", 1)
    assert "Hafenkaffee (its entry 1)" in main_words(browser.get(f"{log}{action.head.number}/"))

    def told(typed: str) -> set[str]:
        page = browser.post(log, {"line": typed}, follow=True)
        return {action.account_label for action in page.context["actions"]}

    offered = browser.post(log, {"line": "2"}, follow=True)
    assert "Entry 2 of a client" in main_words(offered)
    assert told("entry:2") >= {"Bergwind", "Hafenkaffee"}
    assert told("entry:2 client:hafenkaffee") == {"Hafenkaffee"}
    assert told("-entry:2 client:hafenkaffee") == {"Hafenkaffee"}
    write(hafenkaffee, Action(CONTACT_OPENED, actor()), Kind.READ, operation="get_contact")
    assert told("entry:3 client:hafenkaffee") == {"Hafenkaffee"}, "also what was only read"
    assert told("entry:9999") == set()
    assert "of a client" not in main_words(browser.post(log, {"line": "9999"}, follow=True))
    for typed in ("entry:0", "entry:x", f"entry:{'9' * 19}"):
        assert browser.post(log, {"line": typed}, follow=True).status_code == 422, typed


def test_a_number_within_a_client_is_found_by_who_sees_that_client_alone(
    browser: Client, owner: Membership, scopes: list[Scope]
) -> None:
    for _call in range(3):
        write_about(scopes[1], BEA)
    limited = MembershipFactory(team=owner.team, role=Role.AUDITOR)
    set_limit(limited, [ClientAccount.objects.get(pk=scopes[0].account_id)], actor(owner.user))
    browser.force_login(limited.user)
    log = f"/t/{owner.team.slug}/log/"
    found = [browser.post(log, {"line": f"entry:{number}"}, follow=True).context["actions"] for number in (1, 5)]
    assert [[action.account_label for action in actions] for actions in found] == [["Bergwind"], []]
    assert "of a client" not in main_words(browser.post(log, {"line": "5"}, follow=True))


def test_who_reads_a_report_is_logged_with_the_contact(browser: Client, owner: Membership, scopes: list[Scope]) -> None:
    for scope, sentence in ((None, "person_reported"), (scopes[0], "person_reported_of_client")):
        report(browser, owner, scope)
        entry = AuditEntry.objects.latest("number")
        assert (entry.sentence, entry.kind) == (f"log_export.{sentence}", Kind.READ)
        assert (entry.actor_id, entry.account_id) == (owner.user_id, scope and scope.account_id)
        subject = AuditSubject.objects.get(entry_id=entry.pk)
        assert (subject.label, subject.hash) == (ADA.label, search_hashes(ADA, owner.team_id)[0])


def test_who_is_limited_reads_of_their_clients(owner: Membership, scopes: list[Scope]) -> None:
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER)
    set_limit(viewer, ClientAccount.objects.filter(name="Hafenkaffee"), actor(owner.user))
    browser = Client()
    browser.force_login(viewer.user)
    assert "Bergwind" not in words(report(browser, viewer))
    assert "Hafenkaffee" in words(report(browser, viewer))
    assert report(browser, viewer, scopes[0]).status_code == 404


def test_a_contact_of_whom_nothing_is_known_has_no_report(
    browser: Client, owner: Membership, scopes: list[Scope]
) -> None:
    nobody = Subject(SubjectKind.EMAIL, "cia@klick-tipp.team")
    written = AuditEntry.objects.count()
    assert report(browser, owner, None, nobody).status_code == 404
    for odd in ("", "?q=subject:x", "?q=code:1", "?q=%22"):
        answer = browser.get(f"/t/{owner.team.slug}/log/person/{odd}")
        assert answer["Location"] == f"/t/{owner.team.slug}/log/"
    assert AuditEntry.objects.exclude(sentence="people.page_missed").count() == written


def test_a_long_report_goes_on(
    browser: Client, owner: Membership, scopes: list[Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "AT_ONCE", 3)
    written = {write_about(scope, ADA).number for scope in scopes for _time in range(4)}
    seen: list[int] = []
    url = f"/t/{owner.team.slug}/log/person/?{query_of(owner)}"
    page = browser.get(url)
    while True:
        seen += [entry.number for _id, _label, told in page.context["report"].of_clients for entry, *_ in told]
        after = page.context["report"].after
        if after is None:
            break
        page = browser.get(f"{url}&after={after}")
    assert len(seen) == len(set(seen))
    assert written <= set(seen)
    for odd in ("x", "1-", "-1", "9" * 40):
        assert browser.get(f"{url}&after={odd}").status_code == 200
