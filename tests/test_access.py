"""Walks every URL with everybody: nobody, each role of the team, and the owner of a foreign team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailConfirmationHMAC
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Membership, Team
from accounts.roles import Capability, Role
from integrations.audit.models import AuditEntry
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.reference import load
from integrations.contacts.models import Basis
from integrations.contacts.services import NewContact, Provenance, add_contact
from tests.factories import ClientAccountFactory, ListbuildingKeyFactory, MembershipFactory, actor
from tests.service import Service

PUBLIC, SIGNED_IN = "public", "signed in"

TABLE: dict[str, str | Capability] = {
    "home": SIGNED_IN,
    "profile": SIGNED_IN,
    "set_language": PUBLIC,
    # django-allauth's
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    # a team's
    "team": Capability.BELONG,
    "client_new": Capability.MANAGE_CLIENTS,
    "client": Capability.SEE_CLIENTS,
    "client_settings": Capability.MANAGE_CLIENTS,
    "client_remove": Capability.MANAGE_CLIENTS,
    "client_key": Capability.MANAGE_CLIENTS,
    "client_test": Capability.MANAGE_CLIENTS,
    "client_key_remove": Capability.MANAGE_CLIENTS,
    "client_own_key": Capability.STORE_OWN_KEY,
    "client_own_key_test": Capability.STORE_OWN_KEY,
    "client_own_key_remove": Capability.STORE_OWN_KEY,
    "contact_add": Capability.CHANGE_CONTACTS,
    "contact_add_choices": Capability.CHANGE_CONTACTS,
    "contact_added": Capability.CHANGE_CONTACTS,
    "tags": Capability.SEE_CLIENTS,
    "tag_new": Capability.CHANGE_CONTACTS,
    "tag": Capability.CHANGE_CONTACTS,
    "tag_delete": Capability.DELETE_CONTACTS,
    "tag_count": Capability.SEE_CLIENTS,
    "tools": Capability.SEE_CLIENTS,
    "tools_processes": Capability.SEE_CLIENTS,
    "tools_process": Capability.SEE_CLIENTS,
    "tools_redirect": Capability.SEE_CLIENTS,
    "tools_field": Capability.SEE_CLIENTS,
    "tools_keys": Capability.SEE_CLIENTS,
    "tools_key_new": Capability.MANAGE_CLIENTS,
    "tools_key_rename": Capability.MANAGE_CLIENTS,
    "tools_key_remove": Capability.MANAGE_CLIENTS,
    "tools_sign_up": Capability.CHANGE_CONTACTS,
    "tools_remove_tag": Capability.CHANGE_CONTACTS,
    "tools_unsubscribe": Capability.CHANGE_CONTACTS,
    "log": Capability.SEE_LOG,
    "log_entry": Capability.SEE_LOG,
    "log_action": Capability.SEE_LOG,
}
"""What each URL asks for."""

POST_ONLY = {"set_language", "client_test", "client_own_key_test"}
GET_ONLY = {
    "account_inactive",
    "account_email_verification_sent",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
}

NOBODY, FOREIGNER = "nobody", "owner of a foreign team"
VISITORS = (NOBODY, *Role.values, FOREIGNER)


def url_table() -> Iterator[tuple[str, URLPattern]]:
    """Every URL of the portal with its name; of two at one address the first, which answers."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield pattern
            else:
                yield from walk(pattern.url_patterns)

    seen = set()
    for pattern in walk(get_resolver().url_patterns):
        name = pattern.name or f"a URL without a name: {pattern.pattern}"
        if name not in seen:
            yield name, pattern
        seen.add(name)


def arguments_of(name: str) -> list[str]:
    ((_path, arguments),) = get_resolver().reverse_dict.getlist(name)[0][0]
    return list(arguments)


URLS_WITH = {
    argument: [name for name, _ in url_table() if name in TABLE and argument in arguments_of(name)]
    for argument in ("team", "account", "number", "action", "key_id")
}


@dataclass(frozen=True)
class Tenant:
    """A team with something in every room: a client account, a contact added to it, and the log of that."""

    owner: Membership
    account: ClientAccount
    values: dict[str, Any]

    @property
    def team(self) -> Team:
        return self.owner.team

    def url(self, name: str, **others: Any) -> str:
        """The URL of this name with this tenant's objects, but for `others`."""
        values = self.values | others
        return reverse(name, kwargs={argument: values[argument] for argument in arguments_of(name)})


def make_tenant(customer_key: str) -> Tenant:
    owner = MembershipFactory(role=Role.OWNER)
    account = ClientAccountFactory(team=owner.team, customer_key=customer_key)
    action = uuid4()
    provenance = Provenance(Basis.CONSENT, "trade fair", date(2026, 11, 1))
    add_contact(account, NewContact(email="ada@example.com"), provenance, actor(owner.user), action)
    unconfirmed = owner.user.emailaddress_set.create(email=f"new-{owner.user.email}")
    values = {
        "team": owner.team.slug,
        "account": account.slug,
        "action": action,
        "number": AuditEntry.objects.get(action=action).number,
        "kind": "tags",
        "tag_id": load(account, ReferenceKind.TAGS, actor(owner.user)).items[0]["id"],
        "process_id": load(account, ReferenceKind.OPTIN_PROCESSES, actor(owner.user)).items[0]["id"],
        "key_id": ListbuildingKeyFactory(account=account).pk,
        "uidb36": "1",
        "key": EmailConfirmationHMAC(unconfirmed).key,
    }
    return Tenant(owner, account, values)


@pytest.fixture
def tenant(db: None, service: Service) -> Tenant:
    return make_tenant(service.customer_keys[0])


@pytest.fixture
def foreign(tenant: Tenant, service: Service) -> Tenant:
    """Another tenant, none of whose objects have the ids of the first one's."""
    other = make_tenant(service.customer_keys[1])
    provenance = Provenance(Basis.CONSENT, "trade fair", date(2026, 11, 1))
    for name in ("bo", "cy"):
        add_contact(
            other.account, NewContact(email=f"{name}@example.com"), provenance, actor(other.owner.user), uuid4()
        )
    other.values["number"] = AuditEntry.objects.filter(team_id=other.team.pk).latest("number").number
    return other


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> None:
    cache.clear()


def enter_as(client: Client, visitor: str, tenant: Tenant) -> None:
    """Sign in as a member with this role, or as the owner of another team."""
    if visitor == FOREIGNER:
        client.force_login(MembershipFactory(role=Role.OWNER).user)
    elif visitor != NOBODY:
        client.force_login(MembershipFactory(team=tenant.team, role=visitor).user)


def answer(client: Client, method: str, url: str) -> str:
    """What comes of a request, in words."""
    response = client.generic(method, url)
    status, location = response.status_code, response.headers.get("Location", "")
    if location.startswith(f"{reverse('account_login')}?next="):
        return "sign in first"
    words = {403: "forbidden", 404: "not found", 405: "wrong method", 422: "let in"}
    return words.get(status, "let in" if status < 400 else f"status {status}")


def expected_answer(name: str, visitor: str, method: str) -> str:
    asked = TABLE[name]
    if name in (POST_ONLY if method == "GET" else GET_ONLY):
        return "wrong method"
    if asked == PUBLIC:
        return "let in"
    if visitor == NOBODY:
        return "sign in first"
    if not isinstance(asked, Capability):
        return "let in"
    if visitor == FOREIGNER:
        return "not found"
    return "let in" if Membership(role=visitor).may(asked) else "forbidden"


def test_every_url_is_in_the_table() -> None:
    assert sorted(name for name, _ in url_table()) == sorted(TABLE)


def test_every_view_states_what_the_table_says() -> None:
    stated = {name: getattr(pattern.callback, "capability", None) for name, pattern in url_table()}

    assert stated == {name: asked if isinstance(asked, Capability) else None for name, asked in TABLE.items()}


def test_every_url_of_a_team_asks_for_a_capability() -> None:
    assert URLS_WITH["team"] == [name for name, asked in TABLE.items() if isinstance(asked, Capability)]
    assert set(URLS_WITH["account"]) < set(URLS_WITH["team"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("name", TABLE)
def test_everybody_gets_as_far_as_the_table_says(
    client: Client, tenant: Tenant, service: Service, name: str, visitor: str, method: str
) -> None:
    enter_as(client, visitor, tenant)
    logged, called = AuditEntry.objects.count(), service.paths()

    came_of_it = answer(client, method, tenant.url(name))

    assert came_of_it == expected_answer(name, visitor, method)
    if came_of_it != "let in":
        assert AuditEntry.objects.count() == logged
        assert service.paths() == called


@pytest.mark.parametrize(
    ("argument", "name"), [(argument, name) for argument, names in URLS_WITH.items() for name in names]
)
def test_what_belongs_to_a_foreign_team_or_to_nobody_is_not_there(
    client: Client, tenant: Tenant, foreign: Tenant, argument: str, name: str
) -> None:
    nowhere = {"team": "no-such-team", "account": "no-such-client", "number": 4711, "action": uuid4(), "key_id": 4711}
    client.force_login(tenant.owner.user)

    for value in (foreign.values[argument], nowhere[argument]):
        for method in ("POST",) if name in POST_ONLY else ("GET", "POST"):
            assert answer(client, method, tenant.url(name, **{argument: value})) == "not found"
    assert answer(client, "POST", tenant.url(name)) == "let in"


def test_a_page_that_nobody_may_see_does_not_tell_whether_it_is_there(client: Client, tenant: Tenant) -> None:
    client.force_login(MembershipFactory(role=Role.OWNER).user)

    there = client.get(tenant.url("client")).content.decode()
    not_there = client.get(tenant.url("client", team="no-such-team")).content.decode()

    token = r'(?<="X-CSRFToken": ")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+'
    assert re.sub(f"{token}|{tenant.team.slug}", "", there) == re.sub(f"{token}|no-such-team", "", not_there)


def test_a_form_without_its_token_is_refused(tenant: Tenant) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenant.owner.user)

    response = strict.post(tenant.url("client_key_remove"))

    assert response.status_code == 403
    assert tenant.account.credentials.exists()
