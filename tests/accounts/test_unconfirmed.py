"""Sign-ups that nobody has confirmed, and names that go into mail."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.forms import ProfileForm, TeamForm
from accounts.models import Membership, Team, User
from accounts.unconfirmed import remove_unconfirmed
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_unconfirmed_sign_ups_go_after_a_week_with_their_team(client: Client, owner: Membership) -> None:
    stranger = MembershipFactory(user__created_at=timezone.now() - timedelta(days=8))
    EmailAddress.objects.filter(user=stranger.user).update(verified=False)
    recent = MembershipFactory()
    EmailAddress.objects.filter(user=recent.user).update(verified=False)
    User.objects.filter(pk=owner.user.pk).update(created_at=timezone.now() - timedelta(days=400))

    remove_unconfirmed()

    assert set(User.objects.all()) == {owner.user, recent.user}
    assert set(Team.objects.all()) == {owner.team, recent.team}


def test_no_name_that_goes_into_mail_has_a_web_address(owner: Membership) -> None:
    for name in ("Win at https://evil.example", "www.evil", "evil.com", "Kim (evil.shop)"):
        assert "name" in ProfileForm({"name": name}, instance=owner.user).errors
        assert "name" in TeamForm({"name": name}, instance=owner.team).errors
    for name in ("Müller & Co. KG", "St. Gallen", "Dr. Kim Berg", "Agentur 2.0"):
        assert "name" not in ProfileForm({"name": name}, instance=owner.user).errors
