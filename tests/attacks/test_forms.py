"""Forms of one person in the hands of another, or after a day; invitations whose sender has lost the right."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from accounts.services import set_role
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.clients.signed import LASTS_SECONDS, Signed
from integrations.members.models import Invitation
from tests.factories import ClientAccountFactory, InvitationFactory, MembershipFactory, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def bound(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team)


def test_what_a_form_showed_is_good_for_one_person_and_a_day(
    bound: ClientAccount, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = MembershipFactory(team=owner.team)
    mine, theirs = Errand(bound, actor(owner.user)), Errand(bound, actor(other.user))
    text = Signed(mine, "contact 17").dumps({"email": "kim@example.com"})
    assert Signed(mine, "contact 17").loads(text) == {"email": "kim@example.com"}
    assert Signed(theirs, "contact 17").loads(text) is None
    assert Signed(mine, "contact 18").loads(text) is None
    later: Any = signing.time.time() + LASTS_SECONDS + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert Signed(mine, "contact 17").loads(text) is None


def test_an_invitation_dies_for_good_with_the_right_of_its_sender(owner: Membership, client: Client) -> None:
    admin = MembershipFactory(team=owner.team, role=Role.ADMIN)
    invitation = InvitationFactory(team=owner.team, invited_by=admin.user)
    assert invitation in Invitation.objects.valid()
    set_role(owner.team, admin.user, Role.VIEWER, by=owner.user)
    set_role(owner.team, admin.user, Role.ADMIN, by=owner.user)
    assert invitation not in Invitation.objects.valid()
