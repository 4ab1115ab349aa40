import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from tests.factories import MembershipFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_only_team_opens_at_once(browser: Client, owner: Membership) -> None:
    assert browser.get("/")["Location"] == reverse("team", args=[owner.team.slug])


def test_a_person_in_several_teams_chooses(client: Client) -> None:
    user = UserFactory()
    MembershipFactory(user=user, team__name="Zoo", team__slug="zoo", role=Role.VIEWER)
    MembershipFactory(user=user, team__name="Attic", team__slug="attic", role=Role.OWNER)
    TeamFactory(name="Foreign", slug="foreign")
    client.force_login(user)

    page = client.get("/").content.decode()

    assert page.index('href="/t/attic/"') < page.index('href="/t/zoo/"')
    assert "Owner" in page
    assert "Viewer" in page
    assert "/t/foreign/" not in page


def test_a_team_that_the_person_has_left_is_no_choice(client: Client, owner: Membership) -> None:
    MembershipFactory(user=owner.user, ends_at=timezone.now())
    client.force_login(owner.user)

    assert client.get("/")["Location"] == reverse("team", args=[owner.team.slug])


def test_a_person_in_no_team_reads_what_to_do(client: Client) -> None:
    client.force_login(UserFactory())

    response = client.get("/")

    assert response.status_code == 200
    assert "Ask an owner or admin of your team to add you." in response.content.decode()


def test_nobody_gets_further_without_signing_in(client: Client) -> None:
    assert client.get("/")["Location"] == f"{reverse('account_login')}?next=/"
