"""A limited member sees the clients that they are given, and no others: in lists, pages, forms and the log."""

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotForOwners
from accounts.models import Membership
from accounts.roles import Role
from accounts.services import set_role
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Scope
from integrations.clients.keys.entitlement import remove_keys_of_former_members
from integrations.clients.member_access import limit_of, set_limit
from integrations.clients.models import ClientAccess, ClientAccount, Credential
from integrations.clients.sentences import CLIENT_RECOLOURED
from tests.accounts.helpers import log_of
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.service import Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Bergwind", slug="bergwind")


@pytest.fixture
def other(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Hafenkaffee", slug="hafenkaffee")


@pytest.fixture
def boss(owner: Membership) -> Actor:
    return actor(owner.user)


@pytest.fixture
def kim(owner: Membership, hers: ClientAccount, other: ClientAccount, boss: Actor) -> Membership:
    """An admin who sees one of the team's two clients."""
    member = MembershipFactory(team=owner.team, role=Role.ADMIN, user__name="Kim")
    set_limit(member, [hers], boss)
    return member


@pytest.fixture
def browser(client: Client, kim: Membership) -> Client:
    client.force_login(kim.user)
    return client


def seen_by(member: Membership) -> list[ClientAccount]:
    return list(ClientAccount.objects.visible_to(Membership.objects.get(pk=member.pk)))


def own_key(member: Membership, account: ClientAccount) -> Credential:
    credential = Credential(account=account, user=member.user, stored_at=timezone.now())
    credential.secret = "a-key-of-one's-own-abcd"
    credential.save()
    return credential


def test_only_the_given_clients_are_seen(kim: Membership, owner: Membership, hers: ClientAccount) -> None:
    assert seen_by(kim) == [hers]
    assert len(seen_by(owner)) == 2


def test_the_list_and_the_switcher_name_no_other_client(browser: Client, owner: Membership) -> None:
    page = browser.get(reverse("team", args=[owner.team.slug])).content.decode()

    assert page.count("Bergwind") >= 2
    assert "Hafenkaffee" not in page
    assert reverse("client_new", args=[owner.team.slug]) not in page
    assert reverse("members", args=[owner.team.slug]) not in page


def test_who_loses_the_last_client_sees_none(browser: Client, kim: Membership, hers: ClientAccount) -> None:
    hers.delete()

    assert seen_by(kim) == []
    assert "Hafenkaffee" not in browser.get(reverse("team", args=[kim.team.slug])).content.decode()


def test_a_client_that_is_added_later_is_not_seen(kim: Membership, hers: ClientAccount) -> None:
    ClientAccountFactory(team=kim.team)

    assert seen_by(kim) == [hers]


def test_clients_of_another_team_cannot_be_given(kim: Membership, boss: Actor) -> None:
    set_limit(kim, [ClientAccountFactory()], boss)

    assert not ClientAccess.objects.exists()
    assert seen_by(kim) == []


def test_the_limit_can_be_taken_away(kim: Membership, boss: Actor) -> None:
    set_limit(kim, None, boss)

    assert len(seen_by(kim)) == 2
    assert limit_of(kim) is None


def test_limits_are_logged_by_the_names_of_the_clients(
    kim: Membership, owner: Membership, hers: ClientAccount, other: ClientAccount, boss: Actor
) -> None:
    set_limit(kim, [hers], boss)
    set_limit(kim, [hers, other], boss)
    set_limit(kim, None, boss)
    set_limit(kim, None, boss)

    name = owner.user.name
    assert log_of(owner.team) == [
        f"{name} limited Kim to Bergwind",
        f"{name} limited Kim to Bergwind, Hafenkaffee",
        f"{name} let Kim see all clients",
    ]


def test_own_keys_for_clients_out_of_sight_go(
    kim: Membership, hers: ClientAccount, other: ClientAccount, boss: Actor
) -> None:
    set_limit(kim, None, boss)
    kept = own_key(kim, hers)
    own_key(kim, other)

    set_limit(kim, [hers], boss)

    assert list(Credential.objects.all()) == [kept]
    assert log_of(kim.team)[-2:] == [
        "The portal removed the customer key …abcd that Kim had stored for Hafenkaffee and may no longer use",
        f"{boss.name} limited Kim to Bergwind",
    ]


def test_the_clock_removes_a_key_that_was_stored_meanwhile(
    kim: Membership, hers: ClientAccount, other: ClientAccount
) -> None:
    kept = own_key(kim, hers)
    own_key(kim, other)

    remove_keys_of_former_members()

    assert list(Credential.objects.all()) == [kept]


def test_owners_are_never_limited(owner: Membership, hers: ClientAccount, boss: Actor) -> None:
    with pytest.raises(NotForOwners):
        set_limit(owner, [hers], boss)
    assert limit_of(Membership.objects.get(pk=owner.pk)) is None


@pytest.mark.past_the_lines
def test_the_database_knows_no_limited_owner(owner: Membership) -> None:
    with pytest.raises(IntegrityError, match="owners_see_everything"):
        Membership.objects.filter(pk=owner.pk).update(is_limited=True)


def test_a_new_owner_is_not_limited_any_more(kim: Membership) -> None:
    set_role(kim.team, kim.user, Role.OWNER, by=None)

    assert len(seen_by(kim)) == 2


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR, Role.VIEWER, Role.AUDITOR])
def test_the_log_holds_what_concerns_their_clients_and_themselves(
    browser: Client, kim: Membership, hers: ClientAccount, other: ClientAccount, boss: Actor, role: Role
) -> None:
    Membership.objects.filter(pk=kim.pk).update(role=role)
    events.record(CLIENT_RECOLOURED, boss, hers.scope)
    events.record(CLIENT_RECOLOURED, boss, other.scope)
    events.record(CLIENT_RECOLOURED, actor(kim.user), other.scope)
    events.record(SIGNED_IN, boss, Scope(kim.team_id))
    events.record(SIGNED_IN, actor(kim.user), Scope(kim.team_id))

    page = browser.get(reverse("log", args=[kim.team.slug]))

    told = [action.sentence for action in page.context["actions"]]
    assert told == ["Kim signed in", f"{boss.name} changed the colour of Bergwind", "Kim signed in"]
    assert "Hafenkaffee" not in page.content.decode()


def test_the_filters_of_the_log_offer_their_clients_and_the_people_in_it(
    browser: Client, kim: Membership, hers: ClientAccount, other: ClientAccount
) -> None:
    colleague, stranger = (MembershipFactory(team=kim.team).user for _ in range(2))
    events.record(CLIENT_RECOLOURED, actor(colleague), hers.scope)
    events.record(CLIENT_RECOLOURED, actor(stranger), other.scope)

    page = browser.get(reverse("log", args=[kim.team.slug]))
    form = page.context["controls"]

    assert [label for _, label in form.fields["client"].choices] == ["All clients", "Bergwind", "no client account"]
    people = [label for _, label in form.fields["actor"].choices]
    assert colleague.name in people
    assert stranger.name not in people


def test_a_client_out_of_sight_does_not_tell_its_name_by_being_in_the_way(
    browser: Client, kim: Membership, owner: Membership, hers: ClientAccount, other: ClientAccount, service: Service
) -> None:
    ClientAccount.objects.filter(pk=other.pk).update(uid=service.accounts[0]["uid"])
    url = reverse("client_key", args=[kim.team.slug, hers.slug])

    told = browser.post(url, {"customer_key": service.customer_keys[0]}).content.decode()

    assert "another client of your team uses already" in told
    assert "Hafenkaffee" not in told
    browser.force_login(owner.user)
    told = browser.post(url, {"customer_key": service.customer_keys[0]}).content.decode()
    assert "the client Hafenkaffee uses already" in told


def test_a_name_that_a_client_out_of_sight_has_is_free(
    browser: Client, hers: ClientAccount, other: ClientAccount
) -> None:
    url = reverse("client_settings", args=[hers.team.slug, hers.slug])

    assert browser.post(url, {"name": other.name, "colour": "teal", "country": "DE"}).status_code == 302
