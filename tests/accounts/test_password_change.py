from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from tests.accounts.helpers import NEW_PASSWORD, is_signed_in, log_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def change(browser: Client, old: str = PASSWORD, new: str = NEW_PASSWORD, again: str = NEW_PASSWORD) -> Any:
    return browser.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": again})


def test_the_new_password_signs_in_and_the_old_one_does_not(
    browser: Client, other_browser: Client, owner: Membership
) -> None:
    assert browser.get(reverse("account_change_password")).status_code == 200

    change(browser)

    sign_in(other_browser, owner.user.email, PASSWORD)
    assert not is_signed_in(other_browser)
    sign_in(other_browser, owner.user.email, NEW_PASSWORD)
    assert is_signed_in(other_browser)


def test_other_browsers_are_signed_out_and_this_one_is_not(
    browser: Client, other_browser: Client, owner: Membership
) -> None:
    sign_in(other_browser, owner.user.email)
    assert is_signed_in(other_browser)

    change(browser)

    assert is_signed_in(browser)
    assert not is_signed_in(other_browser)


def test_the_person_is_told_by_mail_and_the_team_by_the_log(browser: Client, owner: Membership) -> None:
    change(browser)

    (message,) = mail.outbox
    assert (message.to, message.subject) == ([owner.user.email], "Your password for ktportal has changed")
    assert log_of(owner.team)[-1] == f"{owner.user.name} changed their password"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("oldpassword", {"old": "a-wrong-password"}),
        ("password1", {"new": "short", "again": "short"}),
        ("password2", {"again": "yet-another-password"}),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    browser: Client, owner: Membership, field: str, typed: dict[str, str]
) -> None:
    response = change(browser, **typed)

    assert list(response.context["form"].errors) == [field]
    owner.user.refresh_from_db()
    assert owner.user.check_password(PASSWORD)
    assert f"{owner.user.name} changed their password" not in log_of(owner.team)
    assert mail.outbox == []
