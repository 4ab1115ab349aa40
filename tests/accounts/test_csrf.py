"""A form that is older than the sign-in: refused, and where htmx sent it, ready to be sent once more."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership

pytestmark = pytest.mark.django_db


def post(owner: Membership | None, *, htmx: bool) -> tuple[Client, object]:
    client = Client(enforce_csrf_checks=True)
    if owner:
        client.force_login(owner.user)
    headers = {"HX-Request": "true"} if htmx else {}
    return client, client.post(reverse("profile"), {"name": "Alex"}, headers=headers)


def test_a_plain_form_is_told_to_load_the_page_again(owner: Membership) -> None:
    _, page = post(owner, htmx=False)
    assert page.status_code == 403
    assert "reload the page" in page.content.decode()
    assert "HX-Trigger" not in page.headers


def test_htmx_gets_a_token_that_is_good_for_the_next_time(owner: Membership) -> None:
    client, page = post(owner, htmx=True)
    assert page.status_code == 403
    assert "please send it once more" in page.content.decode()
    token = json.loads(page.headers["HX-Trigger"])["csrf"]["token"]
    again = client.post(reverse("profile"), {"name": "Alex"}, headers={"HX-Request": "true", "X-CSRFToken": token})
    assert again.status_code == 302
    owner.user.refresh_from_db()
    assert owner.user.name == "Alex"


def test_who_is_signed_out_is_told_so(db: None) -> None:
    _, page = post(None, htmx=True)
    assert "You have been signed out" in page.content.decode()
