"""Owners and admins choose how long the team's log is kept; the log tells of it."""

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.retention.models import LogPeriods
from tests.factories import MembershipFactory
from tests.pages import errors, logged, main_words

pytestmark = pytest.mark.django_db


def test_the_periods_are_changed_and_the_log_tells(browser: Client, owner: Membership) -> None:
    page = f"/t/{owner.team.slug}/log/kept/periods/"
    assert 'value="36"' in browser.get(page).content.decode()
    for _ in range(2):
        answer = browser.post(page, {"months": "24", "proof_months": "120"})
        assert answer.url == f"/t/{owner.team.slug}/log/kept/"
    assert logged(sentence="log.periods_changed") == [
        f"{owner.user} set how long entries of the log are kept: 24 months (before: 36), "
        "and what proves consent 120 months (before: 72)"
    ]
    kept = main_words(browser.get(answer.url))
    assert "24 months from the end of the calendar year" in kept
    assert "nothing more is removed before" in kept
    assert "Kept for 24 months" in main_words(browser.get(f"/t/{owner.team.slug}/log/"))


def test_impossible_periods(browser: Client, owner: Membership) -> None:
    for months, proof_months, field in (
        ("11", "72", "months"),
        ("241", "241", "months"),
        ("", "72", "months"),
        ("36.5", "72", "months"),
        ("-36", "72", "months"),
        ("9" * 40, "72", "months"),
        ("36", "241", "proof_months"),
        ("36", "24", "proof_months"),
    ):
        page = browser.post(f"/t/{owner.team.slug}/log/kept/periods/", {"months": months, "proof_months": proof_months})
        assert field in errors(page), (months, proof_months)
    assert not LogPeriods.objects.exists()


def test_who_sees_the_log_sees_how_long_it_is_kept_and_admins_change_it(owner: Membership) -> None:
    for role, status in ((Role.ADMIN, 200), (Role.EDITOR, 403), (Role.VIEWER, 403), (Role.AUDITOR, 403)):
        client = Client()
        client.force_login(MembershipFactory(team=owner.team, role=role).user)
        kept = client.get(f"/t/{owner.team.slug}/log/kept/")
        assert (kept.status_code, "Change the periods" in main_words(kept)) == (200, status == 200), role
        assert client.get(f"/t/{owner.team.slug}/log/kept/periods/").status_code == status, role
