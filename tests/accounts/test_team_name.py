import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from integrations.audit.models import AuditEntry
from tests.accounts.helpers import log_of

pytestmark = pytest.mark.django_db


def url(owner: Membership) -> str:
    return reverse("team_name", kwargs={"team": owner.team.slug})


def test_the_team_gets_another_name_and_keeps_its_address(browser: Client, owner: Membership) -> None:
    before, slug = owner.team.name, owner.team.slug

    page = browser.post(url(owner), {"name": " Nordlicht Marketing "}, follow=True)

    owner.team.refresh_from_db()
    assert (owner.team.name, owner.team.slug) == ("Nordlicht Marketing", slug)
    assert "The team is called Nordlicht Marketing now." in page.content.decode()
    assert log_of(owner.team)[-1] == f"{owner.user.name} renamed the team from {before} to Nordlicht Marketing"
    assert AuditEntry.objects.latest("number").ip == "127.0.0.1"


def test_the_same_name_is_no_change(browser: Client, owner: Membership) -> None:
    told = log_of(owner.team)
    browser.post(url(owner), {"name": owner.team.name})
    assert log_of(owner.team) == told


@pytest.mark.parametrize("typed", ["", "  ", "x" * 101, "a\x07b"])
def test_a_name_that_cannot_be_is_told_and_nothing_changes(browser: Client, owner: Membership, typed: str) -> None:
    before = owner.team.name

    page = browser.post(url(owner), {"name": typed})

    assert page.status_code == 422
    assert page.context["form"].errors["name"]
    owner.team.refresh_from_db()
    assert owner.team.name == before
