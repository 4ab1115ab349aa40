"""A plain form whose sign-in has ended, or is newer than its page: kept in a page, and sent once more from there."""

from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

OWN = {"Origin": "http://testserver"}
OTHER = {"Origin": "https://elsewhere.klick-tipp.team"}


class Fields(HTMLParser):
    """The inputs of a page's first form that is no part of the frame, and where it is sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields, self.inside = "", {}, False  # type: ignore[var-annotated]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form":
            self.inside = "panel" in (known.get("class") or "").split()
            self.action = known.get("action") or "" if self.inside else self.action
        elif tag == "input" and self.inside:
            self.fields.setdefault(known["name"], []).append(known["value"])


def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def send(client: Client, address: str, data: dict[str, object], origin: dict[str, str] = OWN) -> Fields:
    answer = client.post(address, data, headers=origin)
    assert answer.status_code == 403
    assert "no-store" in answer.headers["Cache-Control"]
    return Fields(answer.content.decode())


def sign_in(client: Client, email: str) -> None:
    """As in another tab: the token of pages that are open is worth nothing afterwards."""
    client.get(reverse("account_login"))
    token = {"X-CSRFToken": client.cookies[settings.CSRF_COOKIE_NAME].value}
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD}, headers=token)
    assert answer.status_code == 302


def test_a_session_that_has_ended_loses_nothing(owner: Membership) -> None:
    client = browser()
    address = f"{reverse('profile')}?from=here"
    kept = send(client, address, {"name": "Zoë <b>", "note": ["one", "two"], "csrfmiddlewaretoken": "old"})
    assert kept.action == address
    assert kept.fields["name"] == ["Zoë <b>"]
    assert kept.fields["note"] == ["one", "two"]

    sign_in(client, owner.user.email)
    again = send(client, kept.action, kept.fields)
    assert again.fields["name"] == ["Zoë <b>"], "the token was older than the new sign-in"
    assert client.post(again.action, again.fields, headers=OWN).status_code == 302
    owner.user.refresh_from_db()
    assert owner.user.name == "Zoë <b>"


def test_with_the_token_still_good_the_signed_out_are_kept_too(owner: Membership) -> None:
    client = browser()
    first = send(client, reverse("profile"), {"name": "Alex"})
    page = client.post(first.action, first.fields, headers=OWN).content.decode()
    assert "You have been signed out" in page
    assert Fields(page).fields["name"] == ["Alex"]


def test_the_page_names_who_is_signed_in_now(owner: Membership) -> None:
    client = browser()
    client.force_login(owner.user)
    page = client.post(reverse("profile"), {"name": "Alex"}, headers=OWN).content.decode()
    assert f"now as {owner.user}" in page


@pytest.mark.parametrize("headers", [OTHER, {"Origin": "null"}, {}])
def test_what_another_site_sends_is_not_kept(owner: Membership, headers: dict[str, str]) -> None:
    client = browser()
    client.force_login(owner.user)
    page = client.post(reverse("profile"), {"name": "Mallory"}, headers=headers)
    assert page.status_code == 403
    assert "Mallory" not in page.content.decode()


def test_a_password_typed_at_the_sign_in_is_not_kept(db: None) -> None:
    page = browser().post(
        reverse("account_login"), {"login": "a@klick-tipp.team", "password": "swordfish"}, headers=OWN
    )
    assert page.status_code == 403
    assert "swordfish" not in page.content.decode()


def test_every_form_of_a_team_is_kept(owner: Membership) -> None:
    address = reverse("client_new", kwargs={"team": owner.team.slug})
    kept = send(browser(), address, {"name": "Harbour Lane", "customer_key": "the-key"})
    assert kept.action == address
    assert kept.fields["name"] == ["Harbour Lane"]


def test_keys_and_passwords_are_not_kept_and_that_is_said(owner: Membership) -> None:
    address = reverse("client_new", kwargs={"team": owner.team.slug})
    typed = {"name": "Harbour Lane", "customer_key": "the-key", "password": "swordfish", "api_key": "listbuilding"}
    page = browser().post(address, typed, headers=OWN).content.decode()
    for secret in ("the-key", "swordfish", "listbuilding"):
        assert secret not in page
    assert "Keys and passwords are not kept" in page
