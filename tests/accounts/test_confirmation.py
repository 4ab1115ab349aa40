"""Half an hour after the sign-in, what reaches far asks who is there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import confirmation
from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.models import ClientAccount
from tests.accounts.helpers import let_half_an_hour_pass, sign_in
from tests.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db
OWN = {"Origin": "http://testserver"}


@pytest.fixture
def later(owner: Membership, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The owner's browser, 31 minutes after the sign-in."""
    sign_in(client, owner.user.email)
    let_half_an_hour_pass(client)
    return client


def test_pages_of_keys_members_and_the_team_ask_first_and_lead_back(later: Client, account: ClientAccount) -> None:
    team = {"team": account.team.slug}
    of_client = team | {"account": account.slug}
    for name, arguments in (
        ("members", team),
        ("member_invite", team),
        ("team_name", team),
        ("team_second_factor", team),
        ("client_new", team),
        ("client_key", of_client),
        ("client_own_key", of_client),
        ("client_remove", of_client),
    ):
        url = reverse(name, kwargs=arguments)
        assert later.get(url)["Location"] == f"{reverse('account_reauthenticate')}?next={url}"
    for name in ("client", "contact_add", "tags"):
        assert later.get(reverse(name, kwargs=of_client)).status_code == 200

    url = reverse("members", kwargs=team)
    wrong = later.post(reverse("account_reauthenticate"), {"password": "a guess", "next": url})
    assert wrong.status_code == 200
    assert later.get(url).status_code == 302
    back = later.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": url})
    assert back["Location"] == url
    assert later.get(url).status_code == 200


def test_a_form_that_is_sent_too_late_is_kept(later: Client, owner: Membership) -> None:
    url = reverse("team_name", kwargs={"team": owner.team.slug})
    page = later.post(url, {"name": "Zoë <b>"}, headers=OWN)
    assert page.status_code == 403
    assert "Confirm in another tab that it is you" in page.content.decode()
    assert 'value="Zoë &lt;b&gt;"' in page.content.decode()
    by_htmx = later.post(url, {"name": "Zoë"}, headers=OWN | {"HX-Request": "true", "HX-Boosted": "true"})
    assert by_htmx.status_code == 403
    assert "press the button here again" in by_htmx.content.decode()
    owner.team.refresh_from_db()
    assert owner.team.name != "Zoë"

    later.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert later.post(url, {"name": "Zoë"}, headers=OWN).status_code == 302


def test_who_may_not_is_told_so_and_not_asked(later: Client, owner: Membership) -> None:
    owner.role = Role.OWNER
    viewer = MembershipFactory(user=owner.user, role=Role.VIEWER)
    assert later.get(reverse("members", kwargs={"team": viewer.team.slug})).status_code == 403


def test_what_is_asked_for_is_stated_by_capability() -> None:
    assert {each.value for each in confirmation.ASKED_FOR} == {
        "store_own_key", "add_clients", "manage_clients", "manage_members", "manage_log", "manage_team",
        "delete_contacts",
    }  # fmt: skip
