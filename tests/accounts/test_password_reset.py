from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from tests.accounts.helpers import NEW_PASSWORD, is_signed_in, link_in, log_of, sign_in
from tests.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db


def ask_for_a_link(browser: Client, email: str) -> Any:
    return browser.post(reverse("account_reset_password"), {"email": email})


def choose(browser: Client, link: str, password: str) -> Any:
    """Follow the link and send its form."""
    form_page = browser.get(link, follow=True)
    return browser.post(form_page.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True)


def test_the_link_in_the_mail_leads_to_a_new_password(client: Client, other_browser: Client, owner: Membership) -> None:
    ask_for_a_link(client, owner.user.email)
    (message,) = mail.outbox
    assert message.to == [owner.user.email]
    assert message.subject == "Choose a new password for ktportal"

    choose(client, link_in(message), NEW_PASSWORD)

    sign_in(other_browser, owner.user.email, PASSWORD)
    assert not is_signed_in(other_browser)
    sign_in(other_browser, owner.user.email, NEW_PASSWORD)
    assert is_signed_in(other_browser)


def test_the_person_is_told_by_mail_and_the_team_by_the_log(client: Client, owner: Membership) -> None:
    ask_for_a_link(client, owner.user.email)
    assert log_of(owner.team) == []

    choose(client, link_in(mail.outbox[0]), NEW_PASSWORD)

    assert mail.outbox[-1].subject == "Your password for ktportal has been reset"
    assert log_of(owner.team) == [f"{owner.user.name} reset their password"]


def test_a_new_password_ends_every_session(client: Client, other_browser: Client, owner: Membership) -> None:
    sign_in(other_browser, owner.user.email)
    assert is_signed_in(other_browser)
    ask_for_a_link(client, owner.user.email)

    choose(client, link_in(mail.outbox[0]), NEW_PASSWORD)

    assert not is_signed_in(other_browser)


def test_a_link_works_once(client: Client, other_browser: Client, owner: Membership) -> None:
    ask_for_a_link(client, owner.user.email)
    link = link_in(mail.outbox[0])
    choose(client, link, NEW_PASSWORD)

    page = other_browser.get(link, follow=True)

    assert "This link does not work any more" in page.content.decode()


def test_a_link_with_another_key_does_not_work(client: Client, owner: Membership) -> None:
    ask_for_a_link(client, owner.user.email)
    user_part = link_in(mail.outbox[0]).split("/")[-2].split("-")[0]

    page = client.get(reverse("account_reset_password_from_key", args=[user_part, "abc-123"]), follow=True)

    assert "This link does not work any more" in page.content.decode()


def test_a_weak_password_is_refused_and_the_old_one_stays(
    client: Client, other_browser: Client, owner: Membership
) -> None:
    ask_for_a_link(client, owner.user.email)

    response = choose(client, link_in(mail.outbox[0]), "short")

    assert response.context["form"].errors
    sign_in(other_browser, owner.user.email, PASSWORD)
    assert is_signed_in(other_browser)


def test_the_page_does_not_tell_who_signs_in_here(client: Client, owner: Membership) -> None:
    known = client.post(reverse("account_reset_password"), {"email": owner.user.email}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert known.context["messages"] is not None
    assert [str(text) for text in known.context["messages"]] == [str(text) for text in unknown.context["messages"]]


def test_an_unknown_address_gets_no_mail(client: Client, owner: Membership) -> None:
    ask_for_a_link(client, "nobody@example.com")

    assert mail.outbox == []


def test_a_link_works_for_an_hour(client: Client, owner: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for_a_link(client, owner.user.email)
    later = datetime.now() + timedelta(minutes=61)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: later)

    page = client.get(link_in(mail.outbox[0]), follow=True)

    assert page.context["token_fail"]


def test_a_deactivated_person_gets_no_link(client: Client) -> None:
    membership = MembershipFactory(user__is_active=False)

    ask_for_a_link(client, membership.user.email)

    assert all("/password/reset/key/" not in message.body for message in mail.outbox)


def test_many_requests_for_one_address_send_no_more_mail(client: Client, owner: Membership) -> None:
    for _ in range(7):
        last = ask_for_a_link(client, owner.user.email)

    assert last.status_code == 302, "who is asked for by others gets no refusal, and has a link from them"
    assert len(mail.outbox) == 5


def test_a_person_without_a_password_gets_one(client: Client, other_browser: Client, owner: Membership) -> None:
    owner.user.set_unusable_password()
    owner.user.save()
    ask_for_a_link(client, owner.user.email)

    choose(client, link_in(mail.outbox[0]), NEW_PASSWORD)

    sign_in(other_browser, owner.user.email, NEW_PASSWORD)
    assert is_signed_in(other_browser)
