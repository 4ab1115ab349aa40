"""Changing the address that one signs in with."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from tests.accounts.helpers import is_signed_in, link_in, log_of, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_new_address_counts_once_its_link_was_opened(browser: Client, owner: Membership) -> None:
    before = owner.user.email
    page = browser.post(reverse("account_email"), {"action_add": "", "email": "new@example.com"}, follow=True)
    assert "new@example.com waits for its confirmation" in page.content.decode()
    owner.user.refresh_from_db()
    assert owner.user.email == before

    (message,) = [message for message in mail.outbox if message.to == ["new@example.com"]]
    browser.post(link_in(message))
    owner.user.refresh_from_db()
    assert owner.user.email == "new@example.com"
    assert f"{owner.user.name} changed the address they sign in with" in log_of(owner.team)
    assert any(message.to == [before] for message in mail.outbox), "who had the old address is told"
    for address, expected in (("new@example.com", True), (before, False)):
        fresh = Client()
        sign_in(fresh, address)
        assert is_signed_in(fresh) is expected


def test_an_address_of_somebody_else_is_told_to_nobody(browser: Client, owner: Membership) -> None:
    from tests.factories import UserFactory

    taken = UserFactory()
    free = browser.post(reverse("account_email"), {"action_add": "", "email": "free@example.com"}, follow=True)
    page = browser.post(reverse("account_email"), {"action_add": "", "email": taken.email}, follow=True)
    assert page.status_code == free.status_code == 200
    taken.refresh_from_db()
    owner.user.refresh_from_db()
    assert owner.user.email != taken.email
