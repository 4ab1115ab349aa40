"""Filling the database through django-allauth's pages: it keeps what comes before a confirmation in the session."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Membership
from tests.accounts.helpers import let_half_an_hour_pass, sign_in
from tests.accounts.test_second_factor import code
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SAMPLES = {"pk": 1, "key": "made-up", "uidb36": "1"}
LONG = "x" * 5_000


def allauth_urls(patterns: Any = None, given: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        names = (*given, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from allauth_urls(pattern.url_patterns, names)
        elif isinstance(pattern, URLPattern) and (pattern.name or "").startswith(("account_", "mfa_")):
            yield reverse(pattern.name, kwargs={name: SAMPLES[name] for name in names})


def test_no_page_leaves_a_session_of_a_stranger_but_the_question_to_a_passkey() -> None:
    urls = sorted(set(allauth_urls()))
    assert len(urls) > 25
    for url in urls:
        for method in ("get", "post", "put", "delete", "options"):
            filled = dict.fromkeys(("code", "name", "credential", "next", "email", "login", "password"), LONG)
            headers = {"X-Requested-With": "fetch"}
            getattr(Client(headers=headers), method)(url, filled if method == "post" else "")
        kept = Session.objects.all()
        assert not kept or url == reverse("mfa_login_webauthn"), url
        assert all(each.expire_date < timezone.now() + timedelta(minutes=6) for each in kept)
        assert all(len(each.session_data) < 2000 for each in kept)
        kept.delete()


@pytest.mark.parametrize(
    "path",
    [
        "totp/activate/",
        "totp/deactivate/",
        "recovery-codes/generate/",
        "webauthn/add/",
        "webauthn/keys/1/remove/",
        "webauthn/keys/1/edit/",
    ],
)
def test_a_stranger_is_led_to_the_sign_in(path: str) -> None:
    url = f"/accounts/second-factor/{path}"
    for answer in (Client().get(url), Client().post(url, {"code": LONG})):
        assert answer["Location"] == f"{reverse('account_login')}?next={url}"
    assert not Session.objects.exists()


def test_what_a_member_typed_before_the_confirmation_is_kept_nowhere(client: Client, owner: Membership) -> None:
    sign_in(client, owner.user.email)
    url = reverse("mfa_activate_totp")
    secret = client.get(url).context["form"].secret
    let_half_an_hour_pass(client)

    asked = client.post(url, {"code": code(secret)})

    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={url}"
    assert "account_reauthentication_state" not in client.session
    back = client.post(asked["Location"], {"password": PASSWORD, "next": url})
    assert (back.status_code, back["Location"]) == (302, url)
    again = client.get(url).context["form"].secret
    assert client.post(url, {"code": code(again)}).status_code == 302


def test_the_way_on_that_waits_for_a_second_factor_is_short(client: Client, owner: Membership) -> None:
    client.force_login(owner.user)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    waiting = Client()
    waiting.post(reverse("account_login"), {"login": owner.user.email, "password": PASSWORD, "next": f"/{LONG}"})
    assert LONG not in str(waiting.session.items())
