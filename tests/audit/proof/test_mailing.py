"""Checkpoints go to whom the team has chosen, every day."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.proof import mailing
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import Head
from integrations.audit.proof.logs import Log
from integrations.audit.proof.mailing import mail_checkpoints
from tests.audit.proof.helpers import happen
from tests.factories import ClientAccountFactory, MembershipFactory
from tests.pages import errors, logged, main_words

pytestmark = pytest.mark.django_db


def add(browser: Client, owner: Membership, email: str = "auditor@example.org", account: int = 0) -> Any:
    page = reverse("log_proof_recipients", args=[owner.team.slug])
    return browser.post(page, {"email": email, "account": account}, follow=True)


def notes_in(body: str) -> list[str]:
    return [part.strip("\n") + "\n" for part in body.split("-" * 40) if "\n— " in part]


def test_the_newest_checkpoints_are_mailed(browser: Client, owner: Membership, mailoutbox: list[Any]) -> None:
    team = owner.team
    theirs, other = ClientAccountFactory(team=team, name="Harbour Lane Coffee"), ClientAccountFactory(team=team)
    add(browser, owner)
    add(browser, owner, "client@example.org", theirs.pk)
    assert mail_checkpoints() == 0
    for account in (theirs, other):
        happen(2, account.pk, team.pk)
    cover()
    mailoutbox.clear()

    assert mail_checkpoints() == 2

    to_auditor, to_client = mailoutbox
    assert to_auditor.to == ["auditor@example.org"]
    assert to_auditor.subject == f"Checkpoints of the log of {team.name}"
    assert reverse("log_proof_check", args=[team.slug]) in to_auditor.body
    origins = [Head.of(note).origin for note in notes_in(to_auditor.body)]
    assert origins == [log.origin for log in (Log(team.pk), Log(team.pk, theirs.pk), Log(team.pk, other.pk))]
    newest = Log(team.pk, theirs.pk).newest()
    assert newest is not None
    assert notes_in(to_client.body) == [newest.note]
    assert "Harbour Lane" not in to_client.body


def test_who_gets_them_is_in_the_log(browser: Client, owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team, name="Harbour Lane Coffee")
    add(browser, owner, "Client@Example.org", account.pk)
    recipient = owner.team.log_recipients.get()
    said = main_words(browser.get(reverse("log_proof_recipients", args=[owner.team.slug])))
    assert "client@example.org Harbour Lane Coffee" in said
    browser.post(reverse("log_proof_recipient_remove", args=[owner.team.slug, recipient.pk]))
    assert not owner.team.log_recipients.exists()
    assert logged(team_id=owner.team.pk, account_id=account.pk) == [
        f"{owner.user} has the newest checkpoints of the log mailed to client@example.org every day",
        f"{owner.user} has the log's checkpoints no longer mailed to client@example.org",
    ]


def test_addresses_that_cannot_be_added_are_told(
    browser: Client, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(browser, owner)
    assert "already" in errors(add(browser, owner, "AUDITOR@example.org"))["email"][0]
    for email in ("", "x", "a@b@c.example", "a\n@example.org"):
        assert "email" in errors(add(browser, owner, email))
    foreign = ClientAccountFactory()
    for account in (foreign.pk, 10**30, "x"):
        assert "account" in errors(add(browser, owner, "b@example.org", account))
    monkeypatch.setattr(mailing, "MOST_RECIPIENTS", 1)
    assert "remove one first" in errors(add(browser, owner, "b@example.org"))["email"][0]
    assert owner.team.log_recipients.count() == 1


def test_a_recipient_of_another_team_is_not_there(browser: Client, owner: Membership) -> None:
    stranger = MembershipFactory(role=Role.OWNER)
    theirs = stranger.team.log_recipients.create(email="x@example.org")
    answer = browser.post(reverse("log_proof_recipient_remove", args=[owner.team.slug, theirs.pk]))
    assert answer.status_code == 404
    assert stranger.team.log_recipients.exists()


def test_the_mail_is_in_the_language_of_who_added_the_address(
    browser: Client, owner: Membership, mailoutbox: list[Any]
) -> None:
    happen(1, None, owner.team.pk)
    cover()
    owner.team.log_recipients.create(email="x@example.org", language="de")
    mail_checkpoints()
    assert mailoutbox[-1].subject == f"Prüfpunkte des Protokolls von {owner.team.name}"
