"""Taking somebody else's name: the log would tell that they have done what a namesake did."""

import pytest
from django.test import Client

from accounts.models import Membership, User
from tests.factories import InvitationFactory, MembershipFactory, UserFactory
from tests.members.test_invitation import NEW, link
from tests.pages import words

pytestmark = pytest.mark.django_db
SAID = "Somebody in a team of yours has this name, or one that looks like it."


def test_a_member_cannot_take_the_name_of_another(browser: Client, owner: Membership) -> None:
    other = UserFactory(email="boss@klick-tipp.team", name="Kim Illés")
    MembershipFactory(team=owner.team, user=other)
    for name in (
        "Kim Illés",
        "kim  illes",
        "Kim IIIes",
        "Kim 1lles",
        "Κіm Illеs",
        "Kim-Ille\u0301s",
        "boss@klick-tipp.team",
    ):
        page = browser.post("/profile/", {"name": name, "language": ""})
        assert (page.status_code, SAID in words(page)) == (422, True), name
    owner.user.refresh_from_db()
    assert owner.user.name not in ("Kim Illés", "kim  illes")
    for name in ("Kim Iles", "Kim Illés (Hamburg)", ""):
        assert browser.post("/profile/", {"name": name, "language": ""}).status_code == 302, name
    MembershipFactory(user=UserFactory(name="Ada Stern"))
    assert browser.post("/profile/", {"name": "Ada Stern", "language": ""}).status_code == 302


def test_nobody_joins_under_the_name_of_a_member(client: Client, owner: Membership) -> None:
    User.objects.filter(pk=owner.user.pk).update(name="Kim Berg")
    invitation = InvitationFactory(team=owner.team, email="kim@example.com", invited_by=owner.user)
    page = client.post(link(invitation), NEW)
    assert (page.status_code, SAID in words(page)) == (422, True)
    kim = UserFactory(email="kim@example.com", name="KIM BERG")
    client.force_login(kim)
    page = client.post(link(invitation), follow=True)
    assert "has your name, or one that looks like it" in words(page)
    assert not kim.memberships.exists()
    client.post("/profile/", {"name": "Kim Berg-Stein", "language": ""})
    client.post(link(invitation))
    assert kim.memberships.get().team == owner.team
