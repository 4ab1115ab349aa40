"""A service that gives more than was asked for, and people who ask for more than they need: both stay bounded."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.clients.keys import grants
from integrations.clients.models import ClientAccount, Grant, ReferenceKind, ReferenceSnapshot
from integrations.contacts.browsing.services import Selection, kept_list, load_list
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, answers
from integrations.tags.search import same_name
from tests.factories import ClientAccountFactory, MembershipFactory, errand
from tests.pages import html, words
from tests.service import Service

pytestmark = pytest.mark.django_db


def test_a_list_of_more_parts_than_there_are_contacts_is_not_read() -> None:
    for part in (b"1", b"{}", b'"a"'):
        with pytest.raises(answers.Unreadable):
            answers.load(200, b"[" + b",".join([part] * 3_000_000) + b"]")
    with pytest.raises(answers.Unreadable):
        answers.load(200, b"[" + b",".join([b"[[[[[[1]]]]]]"] * 400_000) + b"]")


def test_contacts_that_nobody_asked_for_are_not_read() -> None:
    told = {str(number): {"id": str(number), "email": "ada@klick-tipp.team"} for number in range(1, 1000)}
    assert list(answers.contacts(told, ["7", "9", "2000"])) == ["7", "9"]


def test_the_page_of_a_contact_has_the_latest_of_very_many_events(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    began = datetime(2020, 1, 1, tzinfo=UTC)
    sent = {str(number): int((began + timedelta(hours=number)).timestamp()) for number in range(1, 1500)}
    contact = {"id": "17", "email": "ada@klick-tipp.team", "status": "Subscribed", "emails_sent": sent}
    service.fault(path="/subscriber/17", always=True, body=json.dumps(contact))
    page = browser.get(f"/t/{account.team.slug}/clients/{account.slug}/contacts/17/")
    assert "The latest 300 of 1,499 events as a table" in words(page)
    table = html(page).partition('id="contact-events"')[2].partition("</section>")[0]
    assert table.count("<tr") == 301
    assert "1,499" in words(page)


def test_three_lists_of_contacts_are_kept_for_a_person_at_most(owner: Membership, account: ClientAccount) -> None:
    looking = errand(account, owner.user)
    selections = [Selection(status) for status in STATUSES] + [Selection("", bounce) for bounce in BOUNCE_STATUSES]
    for selection in selections:
        kept = load_list(looking, selection, 1, uuid4())
        found = kept_list(looking, selection)
        assert found
        assert (found.handle, found.ids) == (kept.handle, kept.ids)
    assert 1 <= sum(kept_list(looking, selection) is not None for selection in selections) <= 3


def test_a_way_back_that_is_tried_again_and_again_fills_no_log(account: ClientAccount, browser: Client) -> None:
    asked = browser.post(f"/t/{account.team.slug}/clients/{account.slug}/key/grant/")
    (cookie,) = (cookie for cookie in asked.cookies.values() if "grants" in cookie["path"])
    stranger = Client()
    for _ in range(5):
        stranger.get(f"{cookie['path']}?customerkey=x")
    assert AuditEntry.objects.filter(sentence__in=["clients.grant_refused", "clients.grants_refused"]).count() == 1


def test_ways_to_klicktipp_that_nobody_comes_back_from_are_forgotten(account: ClientAccount, owner: Membership) -> None:
    for _ in range(25):
        grants.begin(owner.user, owner.team, account)
    assert Grant.objects.count() == 20


def test_who_sees_no_client_keeps_nobody_from_checking_them(
    browser: Client, owner: Membership, service: Service
) -> None:
    ClientAccountFactory(team=owner.team, customer_key=service.customer_keys[0])
    limited = Client()
    limited.force_login(MembershipFactory(team=owner.team, role=Role.ADMIN, is_limited=True).user)
    url = f"/t/{owner.team.slug}/clients/check/"
    limited.post(url)
    browser.post(url)
    assert AuditEntry.objects.exclude(operation="").exists()


def test_names_of_many_tags_are_compared_once_for_a_form(
    browser: Client, account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [{"id": number, "name": f"Tag {number}"} for number in range(1, 501)]
    ReferenceSnapshot.objects.update_or_create(
        account=account, kind=ReferenceKind.TAGS, defaults={"items": known, "fetched_at": timezone.now()}
    )
    compared: list[str] = []
    monkeypatch.setattr("integrations.tags.services.same_name", lambda name: compared.append(name) or same_name(name))
    new = [tag["name"] for tag in known[:50]]
    form = {"action": str(uuid4()), "addresses": "nobody@klick-tipp.team", "tags_new": new}
    assert browser.post(f"/t/{account.team.slug}/clients/{account.slug}/tags/tagging/", form).status_code == 200
    assert 0 < len(compared) <= 600
