"""The clock compares logs with what was signed, and the log's pages tell what it has found."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.proof import comparing, covering, verification
from integrations.audit.proof.covering import cover
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import Comparison
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from tests.audit.proof.helpers import happen, without_guard
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import main_words

pytestmark = [pytest.mark.django_db, pytest.mark.past_the_lines]
IS_WRONG = "the log is not what was signed"


@pytest.fixture
def accounts(owner: Membership, monkeypatch: pytest.MonkeyPatch) -> list[ClientAccount]:
    """Two clients with ten entries each, in checkpoints over two each, which are compared four at a time."""
    monkeypatch.setattr(covering, "AT_ONCE", 2)
    monkeypatch.setattr(verification, "_AT_ONCE", 4)
    accounts = [ClientAccountFactory(team=owner.team, name=name) for name in ("Bergwind", "Hafenkaffee")]
    for account in accounts:
        happen(10, account.pk, owner.team_id)
    cover()
    return accounts


def change(account: ClientAccount, number: int, label: str) -> None:
    with without_guard():
        AuditEntry.objects.filter(account_id=account.pk, account_number=number).update(actor_label=label)


def page(browser: Client, member: Membership, path: str = "") -> str:
    answer = browser.get(f"/t/{member.team.slug}/log/{path}")
    assert answer.status_code == 200
    return main_words(answer)


def a_day_goes_by() -> None:
    Comparison.objects.update(finished_at=F("finished_at") - timedelta(days=1))


def test_what_was_changed_is_told_on_the_logs_pages(
    browser: Client, owner: Membership, accounts: list[ClientAccount]
) -> None:
    bergwind, hafenkaffee = accounts
    comparing.compare()
    assert IS_WRONG not in page(browser, owner)
    assert page(browser, owner, "proof/").count("as signed") == 3, "with the log of the team itself"
    label = AuditEntry.objects.get(account_id=bergwind.pk, account_number=7).actor_label
    change(bergwind, 7, "Somebody else")
    comparing.compare()
    assert IS_WRONG not in page(browser, owner), "each log is compared once a day"
    a_day_goes_by()
    comparing.compare()
    assert IS_WRONG in page(browser, owner)
    assert "1 thing is wrong" in page(browser, owner, "proof/")
    of_log = page(browser, owner, f"proof/{bergwind.pk}/")
    number = AuditEntry.objects.get(account_id=bergwind.pk, account_number=7).number
    assert f"entry {number} of the team is not what was covered" in of_log
    assert "as signed" in page(browser, owner, f"proof/{hafenkaffee.pk}/")
    for role, limits, is_told in (
        (Role.VIEWER, [], True),
        (Role.AUDITOR, [hafenkaffee], False),
        (Role.EDITOR, [bergwind], True),
    ):
        member = MembershipFactory(team=owner.team, role=role)
        if limits:
            set_limit(member, limits, actor(owner.user))
        their = Client()
        their.force_login(member.user)
        assert (IS_WRONG in page(their, member)) == is_told, role
    change(bergwind, 7, label)
    a_day_goes_by()
    comparing.compare()
    assert IS_WRONG not in page(browser, owner)


def test_it_goes_on_where_the_time_was_up(accounts: list[ClientAccount]) -> None:
    log = Log(accounts[0].team_id, accounts[0].pk)
    change(accounts[0], 1, "Somebody else")
    change(accounts[0], 10, "Somebody else")

    def kept() -> tuple[int, int, bool]:
        comparison = Comparison.objects.get(account_id=accounts[0].pk)
        return comparison.size, comparison.wrong, comparison.finished_at is not None

    found = []
    while not comparing.compare_next(log):
        found.append(kept())
    assert [*found, kept()] == [(4, 1, False), (8, 1, False), (0, 2, True)]
    Comparison.objects.all().delete()
    for _run in range(20):
        comparing.compare(0)
    assert Comparison.objects.filter(finished_at=None).count() == 0
    assert kept() == (0, 2, True)


def test_a_key_that_is_not_listed_any_more_is_told(
    browser: Client, owner: Membership, accounts: list[ClientAccount], settings: Any
) -> None:
    settings.LOG_SIGNING_KEYS = ["11" * 32]
    comparing.compare()
    assert IS_WRONG in page(browser, owner)
    assert "is not signed with a key of LOG_SIGNING_KEYS" in page(browser, owner, f"proof/{accounts[0].pk}/")
