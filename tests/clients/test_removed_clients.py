"""What is kept of clients that were removed: for how long, for whom, and in which form."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, SubjectKind
from integrations.audit.retention.models import LogPeriods
from integrations.audit.retention.periods import begin_of, first_day_kept
from integrations.audit.subjects import Subject
from integrations.clients import removed
from integrations.clients.models import ClientAccount, KeptRow, RemovedClient
from integrations.clients.services import remove_client
from integrations.contacts.adding.submission import NewContact
from integrations.contacts.models import Origin
from integrations.suppression.models import Reason, Suppression
from integrations.suppression.services import suppress
from tests.factories import ClientAccountFactory, MembershipFactory, OriginFactory, actor, add_contact, errand
from tests.pages import logged, main_words

ADA = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")


@pytest.fixture
def gone(owner: Membership, account: ClientAccount) -> RemovedClient:
    """A client that was removed, with two proofs of consent, one of them by an add, and one suppressed address."""
    add_contact(account, NewContact(email="uta@klick-tipp.team"), actor(owner.user), uuid4())
    OriginFactory(account=account, source="=1+1")
    suppress(errand(account, owner.user), [ADA], Reason.UNSUBSCRIBED, "asked by phone")
    remove_client(account, actor(owner.user))
    return RemovedClient.objects.get(account_id=account.pk)


def page_of(member: Membership) -> str:
    return f"/t/{member.team.slug}/removed-clients/"


def table(browser: Client, member: Membership, client: RemovedClient, kind: str) -> list[dict[str, str]]:
    answer: Any = browser.get(f"{page_of(member)}{client.pk}/{kind}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_proofs_of_consent_and_suppression_list_stay_and_can_be_exported(
    browser: Client, owner: Membership, gone: RemovedClient
) -> None:
    assert not Origin.objects.exists()
    assert not Suppression.objects.exists()
    today = timezone.localdate()
    days = [date_format(day, "SHORT_DATE_FORMAT") for day in (today, date(today.year + 6, 12, 31))]
    said = main_words(browser.get(page_of(owner)))
    assert f"Harbour Lane Coffee {days[0]} {days[1]} 2 (CSV) 1 (CSV)" in said

    added, by_hand = table(browser, owner, gone, "origin")
    entry = AuditEntry.objects.get(action=added["action"], operation="add_or_update_contact")
    assert added["contact"] == entry.parameters["contact"] == "u•••@klick-tipp.team"
    assert added["contact_id"] == str(entry.answer["contact_id"])
    assert added["is_confirmed"] == "True"
    assert (by_hand["source"], by_hand["basis"], by_hand["obtained_on"]) == ("'=1+1", "consent", "2026-11-01")
    assert browser.get(f"/t/{owner.team.slug}/log/action/{added['action']}/", follow=True).status_code == 200
    (suppressed,) = table(browser, owner, gone, "suppression")
    assert (suppressed["contact"], suppressed["reason"]) == ("a•••@klick-tipp.team", "unsubscribed")
    assert (suppressed["note"], suppressed["added_by"]) == ("asked by phone", str(actor(owner.user).label))
    assert logged(sentence__startswith="clients.kept_") == [
        f"{owner.user} exported the {what} of Harbour Lane Coffee, which was removed"
        for what in ("proofs of consent", "suppression list")
    ]


def test_owners_and_admins_who_see_all_clients_may(owner: Membership, gone: RemovedClient) -> None:
    foreign = MembershipFactory(role=Role.OWNER)
    limited = MembershipFactory(team=owner.team, role=Role.ADMIN, is_limited=True)
    for member, status in (
        (MembershipFactory(team=owner.team, role=Role.ADMIN), 200),
        (MembershipFactory(team=owner.team, role=Role.EDITOR), 403),
        (MembershipFactory(team=owner.team, role=Role.AUDITOR), 403),
        (limited, 403),
    ):
        browser = Client()
        browser.force_login(member.user)
        for path in ("", f"{gone.pk}/origin.csv"):
            assert browser.get(f"{page_of(owner)}{path}").status_code == status
    browser = Client()
    browser.force_login(foreign.user)
    assert browser.get(f"{page_of(foreign)}{gone.pk}/origin.csv").status_code == 404
    assert "Nothing is kept of clients that were removed." in main_words(browser.get(page_of(foreign)))


def test_what_is_not_kept_is_not_there(browser: Client, owner: Membership, gone: RemovedClient) -> None:
    for path in (f"{gone.pk}/fields.csv", f"{gone.pk + 1}/origin.csv"):
        assert browser.get(f"{page_of(owner)}{path}").status_code == 404


def test_a_client_without_either_leaves_nothing(owner: Membership) -> None:
    remove_client(ClientAccountFactory(team=owner.team), actor(owner.user))
    assert not RemovedClient.objects.exists()


def test_it_goes_when_its_period_is_over_and_the_log_tells(owner: Membership, gone: RemovedClient) -> None:
    first = begin_of(first_day_kept(72, timezone.localdate()))
    periods = LogPeriods.objects.create(team_id=owner.team_id, proof_months=72)
    RemovedClient.objects.update(removed_at=first)
    removed.forget_old()
    assert KeptRow.objects.count() == 3
    RemovedClient.objects.update(removed_at=first - timedelta(seconds=1))
    gone.refresh_from_db()
    assert removed.kept_until(gone, periods) < timezone.localdate()
    LogPeriods.objects.update(changed_at=timezone.now() - timedelta(days=3))
    removed.forget_old()
    assert KeptRow.objects.count() == 3
    LogPeriods.objects.update(changed_at=None)
    removed.forget_old()
    removed.forget_old()
    assert not KeptRow.objects.exists()
    assert logged(sentence="clients.kept_forgotten") == [
        "the portal removed what was kept of Harbour Lane Coffee, as its period is over"
    ]
