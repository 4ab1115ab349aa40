"""Inviting, sending again and withdrawing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership, Team, User
from accounts.roles import Role
from integrations.audit.models import AuditSubject
from integrations.audit.subjects import Subject, SubjectKind, search_hashes
from integrations.clock.chores import run_due_chores
from integrations.members import invitations
from integrations.members.models import Invitation
from ktportal.mail import mail_failed
from tests.accounts.helpers import log_of
from tests.factories import ClientAccountFactory, InvitationFactory, MembershipFactory, UserFactory
from tests.members.helpers import invite, link_in, url
from tests.pages import errors, words

pytestmark = pytest.mark.django_db


def press(browser: Client, name: str, invitation: Invitation) -> Any:
    return browser.post(url(name, invitation.team, invitation=invitation.pk))


def later(invitation: Invitation, **columns: Any) -> None:
    """As if the mail had been sent two minutes ago."""
    past = timezone.now() - timedelta(minutes=2)
    Invitation.objects.filter(pk=invitation.pk).update(**({"sent_at": past} | columns))


def test_a_mail_with_a_link_goes_to_the_address(browser: Client, owner: Membership) -> None:
    assert browser.get(url("member_invite", owner.team)).status_code == 200
    response = invite(browser, owner.team)

    assert response["Location"] == url("members", owner.team)
    (message,) = mail.outbox
    assert message.to == ["kim@example.com"]
    assert message.subject == f"{owner.user.name} invites you to {owner.team} on ktportal"
    assert "Your role will be: Editor." in message.body
    assert browser.get(link_in(message)).status_code == 200


def test_only_a_hash_of_a_long_token_is_kept(browser: Client, owner: Membership) -> None:
    invite(browser, owner.team)

    token = link_in(mail.outbox[0]).split("/")[2]
    stored = Invitation.objects.get()
    assert len(token) >= 43
    assert token not in str(vars(stored))
    assert timedelta(days=6, hours=23) < stored.expires_at - timezone.now() <= timedelta(days=7)


def test_the_mail_is_in_the_language_of_who_invites(browser: Client, owner: Membership) -> None:
    owner.user.language = "de"
    owner.user.save()

    invite(browser, owner.team)

    assert "lädt Sie" in mail.outbox[0].subject
    assert "Good day" not in mail.outbox[0].body


def test_the_log_names_the_invited_person_masked_and_findable(browser: Client, owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team, name="Bergwind")
    invite(browser, owner.team)
    invite(browser, owner.team, "jan@example.com", role="viewer", sees="some", accounts=[account.pk])

    name = owner.user.name
    assert log_of(owner.team)[-2:] == [
        f"{name} invited k•••@example.com to the team as Editor",
        f"{name} invited j•••@example.com to the team as Viewer, limited to Bergwind",
    ]
    hashes = search_hashes(Subject(SubjectKind.EMAIL, "kim@example.com"), owner.team.pk)
    assert AuditSubject.objects.filter(hash__in=hashes).count() == 1


def test_whether_the_person_has_an_account_makes_no_difference(browser: Client, owner: Membership) -> None:
    UserFactory(email="kim@example.com")
    pages = []
    for address in ("kim@example.com", "jan@example.com"):
        response = browser.post(
            url("member_invite", owner.team), {"email": address, "role": "editor", "sees": "all"}, follow=True
        )
        pages.append(response.content.decode().count("is on its way"))
        pages.append(response.status_code)
    assert pages == [1, 200, 1, 200]
    known, unknown = (message.body.replace(message.to[0], "").split("/invitations/") for message in mail.outbox)
    assert known[0] == unknown[0]


def test_a_member_is_not_invited(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team, user__email="kim@example.com")

    response = invite(browser, owner.team, "KIM@example.com")

    assert errors(response) == {"email": ["This person is a member of the team already."]}
    assert 'value="KIM@example.com"' in response.content.decode()
    assert mail.outbox == []


def test_who_has_left_by_date_is_invited(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team, user__email="kim@example.com", ends_at=timezone.now(), role=Role.EDITOR)

    assert invite(browser, owner.team).status_code == 302


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Kim@Example.COM ", "kim@example.com"),
        ("kim@bücher.example", "kim@bücher.example"),
        ("k+im@example.com", "k+im@example.com"),
    ],
)
def test_addresses_are_taken_as_people_write_them(browser: Client, owner: Membership, typed: str, stored: str) -> None:
    assert invite(browser, owner.team, typed).status_code == 302
    assert Invitation.objects.get().email == stored


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("email", {"email": ""}),
        ("email", {"email": "kim"}),
        ("email", {"email": "kim@example.com\x00"}),
        ("email", {"email": "kim@exa\nmple.com"}),
        ("email", {"email": "kim@example.com, jan@example.com"}),
        ("email", {"email": "k" * 1_000_000 + "@example.com"}),
        ("role", {"role": "king"}),
        ("sees", {"sees": ""}),
        ("accounts", {"sees": "some"}),
        ("sees", {"role": "owner", "sees": "some"}),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    browser: Client, owner: Membership, field: str, changes: dict[str, str]
) -> None:
    account = ClientAccountFactory(team=owner.team)
    accounts = [] if field == "accounts" else [account.pk]

    response = invite(browser, owner.team, **({"accounts": accounts} | changes))

    assert list(errors(response)) == [field]
    assert mail.outbox == []
    assert not Invitation.objects.exists()


def test_what_is_wrong_with_a_choice_is_told_once_and_not_at_each_option(browser: Client, owner: Membership) -> None:
    for name in ("Bergwind", "Harbour Lane Coffee"):
        ClientAccountFactory(team=owner.team, name=name)
    page = invite(browser, owner.team, "kim@klick-tipp.team", sees="some")
    assert errors(page) == {"accounts": ["Please choose at least one client."]}
    assert not re.search(r'type="checkbox"[^>]*is-invalid', page.content.decode())


def test_an_admin_invites_no_owners(client: Client, owner: Membership) -> None:
    client.force_login(MembershipFactory(team=owner.team, role=Role.ADMIN).user)

    assert list(errors(invite(client, owner.team, role="owner"))) == ["role"]


def test_a_second_submit_of_the_form_sends_nothing(browser: Client, owner: Membership) -> None:
    first, second = invite(browser, owner.team), invite(browser, owner.team)

    assert (first.status_code, second.status_code) == (302, 302)
    assert len(mail.outbox) == Invitation.objects.count() == 1


def test_another_invitation_of_the_same_address_has_to_wait_a_minute(browser: Client, owner: Membership) -> None:
    invite(browser, owner.team)

    response = invite(browser, owner.team, role="viewer")

    assert list(errors(response)) == ["email"]
    assert len(mail.outbox) == 1


def test_inviting_again_renews_the_invitation(browser: Client, owner: Membership) -> None:
    invite(browser, owner.team)
    later(Invitation.objects.get(), accepted_at=timezone.now())

    invite(browser, owner.team, role="viewer")

    old, new = (link_in(message) for message in mail.outbox)
    assert Invitation.objects.get().role == Role.VIEWER
    browser.logout()
    assert (browser.get(old).status_code, browser.get(new).status_code) == (404, 200)


def test_sending_again_makes_a_new_link(browser: Client, owner: Membership) -> None:
    invitation = InvitationFactory(team=owner.team, expires_at=timezone.now())

    press(browser, "invitation_send", invitation)

    invitation.refresh_from_db()
    assert not invitation.has_expired
    assert invitation.invited_by == owner.user
    browser.logout()
    assert browser.get(f"/invitations/{invitation.email}/").status_code == 404
    assert browser.get(link_in(mail.outbox[0])).status_code == 200


def test_sending_again_has_to_wait_a_minute(browser: Client, owner: Membership) -> None:
    invite(browser, owner.team)

    response = press(browser, "invitation_send", Invitation.objects.get())

    assert response.status_code == 422
    assert "less than a minute ago" in response.content.decode()
    assert len(mail.outbox) == 1


def test_a_team_has_a_limited_number_of_invitations(
    browser: Client, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_AT_A_TIME", 2)
    InvitationFactory(team=owner.team, sent_at=timezone.now() - timedelta(days=2), invited_by=owner.user)
    InvitationFactory(team=owner.team, withdrawn_at=timezone.now())
    InvitationFactory()

    response = invite(browser, owner.team)

    assert errors(response) == {
        "email": ["Your team has 2 invitations under way, as many as it can have. Please wait until tomorrow."]
    }
    Invitation.objects.filter(withdrawn_at__isnull=False).update(sent_at=timezone.now() - timedelta(days=2))
    assert invite(browser, owner.team).status_code == 302


def test_a_withdrawn_invitation_is_not_valid(browser: Client, owner: Membership) -> None:
    invitation = InvitationFactory(team=owner.team, invited_by=owner.user, email="kim@example.com")

    press(browser, "invitation_withdraw", invitation)

    assert log_of(owner.team)[-1] == f"{owner.user.name} withdrew the invitation of k•••@example.com"
    assert press(browser, "invitation_withdraw", invitation).status_code == 404
    assert press(browser, "invitation_send", invitation).status_code == 404
    browser.logout()
    assert browser.get("/invitations/kim@example.com/").status_code == 404


@pytest.mark.parametrize("name", ["invitation_send", "invitation_withdraw"])
def test_an_admin_leaves_the_invitation_of_an_owner_alone(client: Client, owner: Membership, name: str) -> None:
    client.force_login(MembershipFactory(team=owner.team, role=Role.ADMIN).user)
    invitation = InvitationFactory(team=owner.team, role=Role.OWNER, invited_by=owner.user)

    assert press(client, name, invitation).status_code == 403
    assert Invitation.objects.valid().exists()


def test_a_mail_that_cannot_be_delivered_is_said_and_can_be_sent_again(browser: Client, owner: Membership) -> None:
    invite(browser, owner.team)
    mail_failed.send(None, message=mail.outbox.pop())
    assert "The mail could not be delivered" in browser.get(url("members", owner.team)).content.decode()

    assert press(browser, "invitation_send", Invitation.objects.get()).status_code == 302
    assert len(mail.outbox) == 1
    assert "The mail could not be delivered" not in browser.get(url("members", owner.team)).content.decode()


def test_the_clock_forgets_old_invitations(owner: Membership) -> None:
    kept = InvitationFactory(team=owner.team, expires_at=timezone.now() - timedelta(days=29))
    InvitationFactory(team=owner.team, expires_at=timezone.now() - timedelta(days=31))

    run_due_chores()

    assert list(Invitation.objects.all()) == [kept]


def test_a_name_with_a_web_address_from_before_brings_no_link_into_the_mail(browser: Client, owner: Membership) -> None:
    User.objects.filter(pk=owner.user.pk).update(name="Win at https://evil.example")
    Team.objects.filter(pk=owner.team.pk).update(name="www.evil.example")
    invite(browser, owner.team)
    (message,) = mail.outbox
    assert "evil" not in f"{message.subject} {message.body}"
    assert owner.user.email in str(message.subject)


def test_the_last_day_goes_with_the_invitation(browser: Client, other_browser: Client, owner: Membership) -> None:
    day = timezone.localdate() + timedelta(days=30)
    invite(browser, owner.team, email="kim@example.com", day=day.isoformat())
    kim = UserFactory(email="kim@example.com")
    other_browser.force_login(kim)

    assert f"Your access ends after {date_format(day)}." in mail.outbox[0].body
    told = f"Your access ends after {date_format(day, 'SHORT_DATE_FORMAT')}."
    assert told in words(other_browser.get(link_in(mail.outbox[0])))
    assert date_format(day, "SHORT_DATE_FORMAT") in words(browser.get(url("members", owner.team)))
    other_browser.post(link_in(mail.outbox[0]))

    assert kim.memberships.get().last_day == day
    told = [line for line in log_of(owner.team) if "in the team" in line or "the team as" in line]
    assert told == [
        f"{owner.user.name} invited k•••@example.com to the team as Editor until {date_format(day)}",
        f"{kim.name} joined the team as Editor until {date_format(day)}, invited by {owner.user.name}",
    ]


def test_an_invitation_past_its_last_day_is_no_longer_valid(owner: Membership) -> None:
    invitation = InvitationFactory(team=owner.team, last_day=timezone.localdate())
    assert invitations.is_valid(invitation)
    Invitation.objects.update(last_day=timezone.localdate() - timedelta(days=1))
    assert not invitations.is_valid(invitation)


def test_a_last_day_that_cannot_be_is_told(browser: Client, owner: Membership) -> None:
    for typed in ({"day": "2020-01-01"}, {"role": "owner", "day": "2040-01-01"}):
        wrong = errors(invite(browser, owner.team, **typed))
        assert list(wrong) == ["day"]
        assert "remove the member" not in str(wrong), "there is none yet"


def test_clients_are_offered_in_the_order_of_the_alphabet(browser: Client, owner: Membership) -> None:
    for name in ("Zahnarzt", "Ärztehaus", "Bergwind", "Bäckerei"):
        ClientAccountFactory(team=owner.team, name=name)
    offered = browser.get(url("member_invite", owner.team)).context["form"].fields["accounts"].choices
    assert [name for _id, name in offered] == ["Ärztehaus", "Bäckerei", "Bergwind", "Zahnarzt"]
