"""A team keeps searches of the log under names, for all of its members who see the log."""

from typing import Any

from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import SavedSearch, SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients.member_access import set_limit
from integrations.contacts.sentences import ADD_CONTACT
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import words


def save(browser: Client, owner: Membership, **sent: str) -> Any:
    return browser.post(f"/t/{owner.team.slug}/log/searches/", sent)


def test_a_search_is_kept_under_a_name_and_offered_to_the_team(browser: Client, owner: Membership) -> None:
    line = "outcome:refused since:7d"
    answer = browser.post(f"/t/{owner.team.slug}/log/searches/", {"name": "Refused lately", "line": line})
    assert answer.url == f"/t/{owner.team.slug}/log/?q=outcome%3Arefused+since%3A7d"

    viewer = Client()
    viewer.force_login(MembershipFactory(team=owner.team, role=Role.VIEWER).user)
    page = viewer.get(f"/t/{owner.team.slug}/log/")
    assert "Refused lately" in words(page)
    assert f'href="{answer.url}"' in page.content.decode()

    save(browser, owner, name="Refused lately", line="outcome:refused since:30d")
    assert [search.line for search in SavedSearch.objects.all()] == ["outcome:refused since:30d"]


def test_what_cannot_be_kept(browser: Client, owner: Membership) -> None:
    for name, line, says in (
        ("", "code:402", "This field is required."),
        ("x" * 61, "code:402", "at most 60 characters"),
        ("a\x07b", "code:402", "control characters"),
        ("Wrong", "foo:bar", "This search cannot be understood."),
        ("Empty", "", "This field is required."),
        ("In the clear", "email:ada@klick-tipp.team", "cannot be saved"),
        ("In the clear", "code:402 ada@klick-tipp.team", "cannot be saved"),
        ("In the clear", "+491701234567", "cannot be saved"),
        ("In the clear", "(0170) 123 45 67 code:402", "cannot be saved"),
        ("In the clear", 'code:402 "tel. 0170/1234567"', "cannot be saved"),
    ):
        page = browser.post(f"/t/{owner.team.slug}/log/searches/", {"name": name, "line": line})
        assert (page.status_code, says in words(page)) == (422, True), name
    for number in range(50):
        save(browser, owner, name=f"Search {number}", line="code:402")
    page = browser.post(f"/t/{owner.team.slug}/log/searches/", {"name": "One more", "line": "code:402"})
    assert "The team keeps 50 searches already" in words(page)
    assert save(browser, owner, name="Search 1", line="code:9").status_code == 302


def test_the_id_of_a_known_contact_is_not_kept_and_other_numbers_and_words_are(
    browser: Client, owner: Membership
) -> None:
    scope = ClientAccountFactory(team=owner.team).scope
    for known in ("47110815", "k4eyOfAda"):
        write(scope, Action(ADD_CONTACT, actor(), {"contact": known}, (Subject(SubjectKind.CONTACT, known),)))
        assert save(browser, owner, name="Known", line=f"code:402 {known}").status_code == 422, known
    for line in ("47110816", "k4eyOfBea", "402", "order 2026-0170-12", "01.12.2026 Newsletter", "entry:47110815"):
        assert save(browser, owner, name=line, line=line).status_code == 302, line


def test_who_saved_it_and_admins_delete_it(browser: Client, owner: Membership) -> None:
    editor, other = (MembershipFactory(team=owner.team, role=Role.EDITOR) for _ in range(2))
    clients = {}
    for member in (editor, other):
        clients[member] = Client()
        clients[member].force_login(member.user)
    searches = [
        SavedSearch.objects.create(team=owner.team, name=name, line="code:402", by=editor.user) for name in "ab"
    ]
    delete = f"/t/{owner.team.slug}/log/searches/{{}}/delete/"
    refused = clients[other].post(delete.format(searches[0].pk), follow=True)
    assert "Only who saved a search, and admins, can delete it." in words(refused)
    assert SavedSearch.objects.count() == 2
    assert clients[editor].post(delete.format(searches[0].pk)).status_code == 302
    assert browser.post(delete.format(searches[1].pk)).status_code == 302
    assert not SavedSearch.objects.exists()


def test_a_name_of_somebody_else_is_not_taken(browser: Client, owner: Membership) -> None:
    kept = SavedSearch.objects.create(team=owner.team, name="Refused", line="outcome:refused", by=owner.user)
    viewer = Client()
    viewer.force_login(MembershipFactory(team=owner.team, role=Role.VIEWER).user)
    page = viewer.post(f"/t/{owner.team.slug}/log/searches/", {"name": "Refused", "line": "outcome:done"})
    assert "Another search of the team has this name." in words(page)
    kept.refresh_from_db()
    assert (kept.line, kept.by) == ("outcome:refused", owner.user)


def test_who_is_limited_sees_no_search_of_others(owner: Membership) -> None:
    """It may name clients that are out of their sight."""
    theirs = SavedSearch.objects.create(team=owner.team, name="Merger", line="client:secret-merger", by=owner.user)
    member = MembershipFactory(team=owner.team, role=Role.EDITOR)
    set_limit(member, [], actor(owner.user))
    limited = Client()
    limited.force_login(member.user)
    own = SavedSearch.objects.create(team=owner.team, name="Own", line="code:402", by=member.user)
    log = f"/t/{owner.team.slug}/log/"
    for url in (log, f"{log}searches/"):
        shown = limited.get(url).content.decode()
        assert ("secret-merger" in shown, own.name in shown) == (False, True), url
    assert limited.post(f"{log}searches/{theirs.pk}/delete/").status_code == 404
