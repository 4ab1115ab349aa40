"""What a signed-in person asks for and does not get is in a log: that of the team, for who belongs to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import PORTAL, AuditEntry, Kind, Outcome
from integrations.audit.page_names import page_name
from integrations.audit.sentences import tell
from integrations.clients.member_access import set_limit
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import logged, main_words
from tests.test_access import TABLE


def signed_in(membership: Membership) -> Client:
    browser = Client()
    browser.force_login(membership.user)
    return browser


def refused(**of: Any) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(outcome=Outcome.REFUSED, **of).order_by("number"))


def test_what_a_role_does_not_allow_is_in_the_teams_log_with_its_client(owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team, name="Bergwind")
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER)

    answer = signed_in(viewer).post(f"/t/{owner.team.slug}/clients/{account.slug}/remove/")

    assert answer.status_code == 403
    (entry,) = refused(team_id=owner.team_id)
    assert (entry.kind, entry.actor_id, entry.account_id) == (Kind.EVENT, viewer.user_id, account.pk)
    told = f"{viewer.user.name} asked for what they may not see or do (removing a client)"
    assert logged(outcome=Outcome.REFUSED) == [told]
    assert f"Refused: {told}" in main_words(signed_in(owner).get(f"/t/{owner.team.slug}/log/"))


@pytest.mark.parametrize(
    ("slug", "is_called"), [("bergwind", "Bergwind GmbH bergwind"), ("nowhere", "nowhere: there is no such client now")]
)
def test_who_sees_the_whole_log_alone_learns_whether_there_is_what_was_tried(
    owner: Membership, slug: str, is_called: str
) -> None:
    ClientAccountFactory(team=owner.team, slug="bergwind", name="Bergwind GmbH")
    limited, inside = (MembershipFactory(team=owner.team, role=role) for role in (Role.EDITOR, Role.AUDITOR))
    set_limit(limited, [], actor(owner.user))
    browser = signed_in(limited)

    assert browser.get(f"/t/{owner.team.slug}/clients/{slug}/contacts/4711/").status_code == 404

    (entry,) = refused(team_id=owner.team_id)
    assert (entry.account_id, entry.account_label) == (None, "")
    assert entry.parameters["tried"] == {"client": slug, "numbers": "4711"}
    told = f"{limited.user.name} asked for what is not there, or not for them (page of a contact, {slug}, 4711)"
    assert logged(pk=entry.pk) == [told]
    page = f"/t/{owner.team.slug}/log/{entry.number}/"
    for member in (owner, inside):
        assert f"Client that was asked for {is_called}" in main_words(signed_in(member).get(page))
    own = main_words(browser.get(page))
    assert told in own
    assert "Client that was asked for" not in own
    assert "GmbH" not in own


@pytest.mark.parametrize("exists", [True, False])
def test_who_is_not_in_a_team_leaves_no_word_in_its_log(owner: Membership, exists: bool) -> None:
    outsider = MembershipFactory()
    slug = owner.team.slug if exists else "no-such-team"
    before = AuditEntry.objects.filter(team_id=owner.team_id).count()

    assert signed_in(outsider).get(f"/t/{slug}/log/").status_code == 404

    assert AuditEntry.objects.filter(team_id=owner.team_id).count() == before
    (entry,) = refused(team_id=PORTAL)
    assert entry.actor_id == outsider.user_id
    assert entry.parameters == {"account": "", "actor": outsider.user.name, "page": "log"}


def test_whose_access_has_ended_is_told_to_the_team(owner: Membership) -> None:
    gone = MembershipFactory(team=owner.team, role=Role.EDITOR, ends_at=timezone.now() - timedelta(days=1))

    assert signed_in(gone).get(f"/t/{owner.team.slug}/log/").status_code == 404

    assert [entry.actor_id for entry in refused(team_id=owner.team_id)] == [gone.user_id]


def test_a_person_has_one_entry_a_minute_which_counts_those_before(owner: Membership) -> None:
    first, second = (MembershipFactory(team=owner.team, role=Role.VIEWER) for _ in range(2))
    browser = signed_in(first)
    for _ in range(4):
        browser.get(f"/t/{owner.team.slug}/members/")
    browser.get(f"/t/{owner.team.slug}/clients/no-such-client/")
    signed_in(second).get(f"/t/{owner.team.slug}/members/")
    assert [(entry.actor_id, entry.sentence) for entry in refused()] == [
        (first.user_id, "people.page_refused"),
        (first.user_id, "people.page_missed"),
        (second.user_id, "people.page_refused"),
    ]

    cache.delete(f"strangers:refused:{owner.team_id}:{first.user_id}:forbidden:told")
    browser.get(f"/t/{owner.team.slug}/members/invite/")

    assert logged(actor_id=first.user_id, outcome=Outcome.REFUSED)[-1] == (
        f"{first.user.name} asked for what they may not see or do (inviting to the team),"
        " as 3 times since the entry before"
    )


def test_every_page_is_named_in_words_in_both_languages() -> None:
    with override("de"):
        without = {name for name in TABLE if page_name(name) == name}
    assert without == {"csp_report", "security_txt", "invitation", "set_language"}  # which refuse nobody

    told = {"actor": "Kim", "page": "log_stream"}
    assert tell("people.page_refused", told) == "Kim asked for what they may not see or do (forwarding of the log)"
    with override("de"):
        assert "(Weiterleitung des Protokolls)" in tell("people.page_refused", told)
    assert "(gone_since)" in tell("people.page_refused", told | {"page": "gone_since"})
