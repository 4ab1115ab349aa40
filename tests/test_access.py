"""Walks every URL with everybody: nobody, each role of the team, limited to other clients or not, and the owner of a
foreign team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Membership, Team
from accounts.roles import TEAM_WIDE, Capability, Role
from integrations.audit.models import AuditEntry, SavedSearch
from integrations.audit.proof import timestamps
from integrations.audit.proof.covering import cover
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import TimeStamp
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.keys import grants
from integrations.clients.lists import load
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount, ReferenceKind, RemovedClient
from integrations.contacts.adding.submission import NewContact
from integrations.jobs.kinds import TAG
from integrations.jobs.services import begin
from integrations.optin.sentences import PROCESSES_LISTED
from integrations.tags.tagging import Tagging, tag_contacts
from tests.factories import (
    ClientAccountFactory,
    DestinationFactory,
    InvitationFactory,
    ListbuildingKeyFactory,
    MembershipFactory,
    SegmentFactory,
    SuppressionFactory,
    UserFactory,
    actor,
    add_contact,
    errand,
)
from tests.service import Service

PUBLIC, SIGNED_IN, THEIR_OWN = "public", "signed in", "their own"

TABLE: dict[str, str | Capability] = {
    "csp_report": PUBLIC,
    "change_password": PUBLIC,
    "security_txt": PUBLIC,
    "home": SIGNED_IN,
    "profile": SIGNED_IN,
    "set_language": PUBLIC,
    "invitation": PUBLIC,
    "palette": SIGNED_IN,
    "grant_refused": PUBLIC,
    "grant_callback": PUBLIC,
    "confirmed": SIGNED_IN,
    "sessions": SIGNED_IN,
    # django-allauth's
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": PUBLIC,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": THEIR_OWN,
    "mfa_view_recovery_codes": THEIR_OWN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": THEIR_OWN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": THEIR_OWN,
    "mfa_edit_webauthn": THEIR_OWN,
    "mfa_login_webauthn": PUBLIC,
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
    "team_name": Capability.MANAGE_TEAM,
    "team_second_factor": Capability.MANAGE_TEAM,
    "team": Capability.BELONG,
    "team_palette": Capability.BELONG,
    "removed_clients": Capability.MANAGE_LOG,
    "removed_client_table": Capability.MANAGE_LOG,
    "clients_check": Capability.MANAGE_CLIENTS,
    "client_first": Capability.ADD_CLIENTS,
    "client_new": Capability.ADD_CLIENTS,
    "client_new_confirm": Capability.ADD_CLIENTS,
    "client_new_grant": Capability.ADD_CLIENTS,
    "client_new_api_user": Capability.ADD_CLIENTS,
    "client": Capability.SEE_CLIENTS,
    "client_palette": Capability.SEE_CLIENTS,
    "client_settings": Capability.MANAGE_CLIENTS,
    "client_remove": Capability.MANAGE_CLIENTS,
    "client_keys": Capability.SEE_CLIENTS,
    "client_key": Capability.MANAGE_CLIENTS,
    "client_key_confirm": Capability.MANAGE_CLIENTS,
    "client_key_grant": Capability.MANAGE_CLIENTS,
    "client_api_user": Capability.MANAGE_CLIENTS,
    "client_test": Capability.MANAGE_CLIENTS,
    "client_key_remove": Capability.MANAGE_CLIENTS,
    "client_own_key": Capability.STORE_OWN_KEY,
    "client_own_key_confirm": Capability.STORE_OWN_KEY,
    "client_own_key_grant": Capability.STORE_OWN_KEY,
    "client_own_api_user": Capability.STORE_OWN_KEY,
    "client_own_key_test": Capability.STORE_OWN_KEY,
    "client_own_key_remove": Capability.STORE_OWN_KEY,
    "contacts": Capability.SEE_CLIENTS,
    "contact": Capability.SEE_CLIENTS,
    "contact_names": Capability.SEE_CLIENTS,
    "contact_change_fields": Capability.CHANGE_CONTACTS,
    "contact_edit_fields_again": Capability.CHANGE_CONTACTS,
    "contact_send_fields": Capability.CHANGE_CONTACTS,
    "contact_change_email": Capability.CHANGE_CONTACTS,
    "contact_change_sms_number": Capability.CHANGE_CONTACTS,
    "contact_add_tags": Capability.CHANGE_CONTACTS,
    "contact_find_tags": Capability.CHANGE_CONTACTS,
    "contact_remove_tag": Capability.CHANGE_CONTACTS,
    "contact_unsubscribe": Capability.CHANGE_CONTACTS,
    "contact_delete": Capability.DELETE_CONTACTS,
    "contact_add": Capability.CHANGE_CONTACTS,
    "contact_add_prefill": Capability.CHANGE_CONTACTS,
    "contact_add_find_tags": Capability.CHANGE_CONTACTS,
    "contact_add_field": Capability.CHANGE_CONTACTS,
    "contact_add_check": Capability.CHANGE_CONTACTS,
    "contact_add_choices": Capability.CHANGE_CONTACTS,
    "contact_add_lookup": Capability.CHANGE_CONTACTS,
    "contact_added": Capability.CHANGE_CONTACTS,
    "contact_added_check": Capability.CHANGE_CONTACTS,
    "contact_browse": Capability.SEE_CLIENTS,
    "contact_browse_rows": Capability.SEE_CLIENTS,
    "contact_counts": Capability.SEE_CLIENTS,
    "contact_fields": Capability.SEE_CLIENTS,
    "contact_field_types": Capability.CHANGE_CONTACTS,
    "contact_fields_guess": Capability.CHANGE_CONTACTS,
    "contact_fields_take_guesses": Capability.CHANGE_CONTACTS,
    "tags": Capability.SEE_CLIENTS,
    "tag_new": Capability.CHANGE_CONTACTS,
    "tag_picker_options": Capability.CHANGE_CONTACTS,
    "tag_picker_list": Capability.CHANGE_CONTACTS,
    "tag": Capability.CHANGE_CONTACTS,
    "tag_delete": Capability.DELETE_CONTACTS,
    "tag_count": Capability.SEE_CLIENTS,
    "tagging": Capability.CHANGE_CONTACTS,
    "tagging_again": Capability.CHANGE_CONTACTS,
    "tagging_leave_out": Capability.CHANGE_CONTACTS,
    "tagging_count": Capability.CHANGE_CONTACTS,
    "tagging_find_tags": Capability.CHANGE_CONTACTS,
    "tagging_result": Capability.CHANGE_CONTACTS,
    "segments": Capability.SEE_CLIENTS,
    "segment_new": Capability.CHANGE_CONTACTS,
    "segment_tag_names": Capability.CHANGE_CONTACTS,
    "segment": Capability.SEE_CLIENTS,
    "segment_count": Capability.SEE_CLIENTS,
    "segment_edit": Capability.CHANGE_CONTACTS,
    "segment_copy": Capability.CHANGE_CONTACTS,
    "segment_remove": Capability.CHANGE_CONTACTS,
    "jobs": Capability.SEE_CLIENTS,
    "job_tagging": Capability.CHANGE_CONTACTS,
    "job_tagging_find_tags": Capability.CHANGE_CONTACTS,
    "job": Capability.SEE_CLIENTS,
    "job_change": Capability.CHANGE_CONTACTS,
    "suppressions": Capability.CHANGE_CONTACTS,
    "suppress": Capability.CHANGE_CONTACTS,
    "suppression_remove": Capability.DELETE_CONTACTS,
    "members": Capability.MANAGE_MEMBERS,
    "member_invite": Capability.MANAGE_MEMBERS,
    "member_leave": Capability.BELONG,
    "member": Capability.MANAGE_MEMBERS,
    "member_sessions": Capability.MANAGE_MEMBERS,
    "member_remove": Capability.MANAGE_MEMBERS,
    "invitation_send": Capability.MANAGE_MEMBERS,
    "invitation_withdraw": Capability.MANAGE_MEMBERS,
    "access_review": Capability.SEE_WHOLE_LOG,
    "access_review_table": Capability.SEE_WHOLE_LOG,
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
    "tools_sign_up_field": Capability.CHANGE_CONTACTS,
    "tools_sign_up_fields": Capability.CHANGE_CONTACTS,
    "tools_sign_up_check": Capability.CHANGE_CONTACTS,
    "tools_remove_tag": Capability.CHANGE_CONTACTS,
    "tools_unsubscribe": Capability.CHANGE_CONTACTS,
    "tools_unsubscribe_change": Capability.CHANGE_CONTACTS,
    "log_overview": Capability.SEE_LOG,
    "log_proof": Capability.SEE_WHOLE_LOG,
    "log_proof_check": Capability.SEE_WHOLE_LOG,
    "log_proof_recipients": Capability.MANAGE_MEMBERS,
    "log_proof_recipient_remove": Capability.MANAGE_MEMBERS,
    "log_proof_entry": Capability.SEE_WHOLE_LOG,
    "log_proof_leaf": Capability.SEE_WHOLE_LOG,
    "log_proof_log": Capability.SEE_WHOLE_LOG,
    "log_proof_checkpoint": Capability.SEE_WHOLE_LOG,
    "log_proof_stamp": Capability.SEE_WHOLE_LOG,
    "log_proof_stamped": Capability.SEE_WHOLE_LOG,
    "log_proof_tile": Capability.SEE_WHOLE_LOG,
    "log_proof_growth": Capability.SEE_WHOLE_LOG,
    "log_proof_folder": Capability.SEE_WHOLE_LOG,
    "log_addresses": Capability.SEE_CLIENTS,
    "log": Capability.SEE_LOG,
    "log_searches": Capability.SEE_LOG,
    "log_search_delete": Capability.SEE_LOG,
    "log_newer": Capability.SEE_LOG,
    "log_export_csv": Capability.SEE_WHOLE_LOG,
    "log_export_jsonl": Capability.SEE_WHOLE_LOG,
    "log_export_ocsf": Capability.SEE_WHOLE_LOG,
    "log_export_proved": Capability.SEE_WHOLE_LOG,
    "log_export_proved_log": Capability.SEE_WHOLE_LOG,
    "log_report": Capability.SEE_WHOLE_LOG,
    "log_person": Capability.SEE_LOG,
    "log_person_of_client": Capability.SEE_LOG,
    "log_entry": Capability.SEE_LOG,
    "log_fitting": Capability.SEE_LOG,
    "log_action": Capability.SEE_LOG,
    "log_stream": Capability.MANAGE_LOG,
    "log_stream_change": Capability.MANAGE_LOG,
    "log_stream_test": Capability.MANAGE_LOG,
    "log_stream_pause": Capability.MANAGE_LOG,
    "log_stream_remove": Capability.MANAGE_LOG,
    "log_kept": Capability.SEE_LOG,
    "log_periods": Capability.MANAGE_LOG,
}
"""What each URL asks for."""

POST_ONLY = {"csp_report"}
"""Not even a page to lead to."""

LEADS_ON = {
    "set_language": "home",
    "clients_check": "team",
    "client_new_grant": "client_new",
    "client_key_grant": "client_key",
    "client_test": "client_keys",
    "client_own_key_grant": "client_own_key",
    "client_own_key_test": "client_keys",
    "contact_browse_rows": "contact_browse",
    "contact_counts": "client",
    "contact_field_types": "contact_fields",
    "contact_fields_guess": "contact_fields",
    "contact_fields_take_guesses": "contact_fields",
    "contact_names": "contact",
    "contact_remove_tag": "contact",
    "contact_add_prefill": "contact_add",
    "contact_add_find_tags": "contact_add",
    "contact_add_field": "contact_add",
    "contact_add_check": "contact_add",
    "contact_add_choices": "contact_add",
    "contact_add_lookup": "contact_add",
    "contact_added_check": "contact_added",
    "member_sessions": "member",
    "invitation_send": "members",
    "invitation_withdraw": "members",
    "log_proof_recipient_remove": "log_proof_recipients",
    "log_search_delete": "log_searches",
    "log_newer": "log",
    "log_addresses": "log",
    "segment_tag_names": "segment_new",
    "segment_count": "segment",
    "tag_picker_options": "tags",
    "tag_picker_list": "tags",
    "tagging_again": "tagging",
    "tagging_leave_out": "tagging",
    "tagging_count": "tagging",
    "tagging_find_tags": "tagging",
    "job_tagging_find_tags": "job_tagging",
    "job_change": "job",
    "tools_sign_up_field": "tools_sign_up",
    "tools_sign_up_fields": "tools_sign_up",
    "tools_sign_up_check": "tools_sign_up",
    "log_stream_test": "log_stream",
    "log_stream_pause": "log_stream",
}
"""What takes forms, or is a part of a page: opened by itself it leads to that page."""
GET_ONLY = {
    "grant_refused",
    "grant_callback",
    "change_password",
    "security_txt",
    "account_inactive",
    "account_email_verification_sent",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
}

GET_ONLY_INSIDE = {"mfa_index", "mfa_view_recovery_codes", "mfa_list_webauthn"}
"""Those of them that ask for the sign-in first."""

NOBODY, FOREIGNER = "nobody", "owner of a foreign team"
REFUSED_ACCESS = ("people.page_missed", "people.pages_missed", "people.page_refused", "people.pages_refused")
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
    for argument in (
        "team",
        "account",
        "account_id",
        "number",
        "action",
        "segment_id",
        "suppression_id",
        "job_id",
        "tagged",
        "member",
        "invitation",
        "key_id",
        "search_id",
        "recipient",
        "log",
    )
}


@dataclass(frozen=True)
class Tenant:
    """A team with something in every room: a client account, a contact added to it, the log of that, another member and
    somebody invited."""

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
    add_contact(account, NewContact(email="ada@example.org"), actor(owner.user), action)
    tag_id = load(account, ReferenceKind.TAGS, actor(owner.user)).items[0]["id"]
    api = gateway.connect(account, Action(PROCESSES_LISTED, actor(owner.user)))
    tagged = uuid4()
    tag_contacts(errand(account, owner.user), Tagging(("ada@example.org",), (tag_id,)), tagged)
    invitation = InvitationFactory(team=owner.team, invited_by=owner.user)
    DestinationFactory(team=owner.team)
    rule = {"of": "all", "parts": [{"tag": tag_id, "name": "Newsletter"}]}
    segment = SegmentFactory(account=account, rule=rule)
    for days in (1, 0):
        segment.keep_count(20 + days, timezone.now() - timedelta(days=days))
    unconfirmed = owner.user.emailaddress_set.create(email=f"new-{owner.user.email}")
    values = {
        "team": owner.team.slug,
        "account": account.slug,
        "account_id": account.pk,
        "action": action,
        "number": AuditEntry.objects.get(action=action).number,
        "contact_id": int(AuditEntry.objects.get(action=action).answer["contact_id"]),
        "member": MembershipFactory(team=owner.team, role=Role.EDITOR).pk,
        "invitation": invitation.pk,
        "token": invitation.email,
        "kind": "fields",
        "segment_id": segment.pk,
        "suppression_id": SuppressionFactory(account=account).pk,
        "job_id": begin(errand(account, owner.user), TAG, [], {"tags": []}, uuid4()).pk,
        "tag_id": tag_id,
        "tagged": tagged,
        "process_id": api.list_optin_processes()[0].id,
        "key_id": ListbuildingKeyFactory(account=account).pk,
        "search_id": SavedSearch.objects.create(team=owner.team, name="Refused", line="outcome:refused").pk,
        "uidb36": "1",
        "pk": Authenticator.objects.create(user=UserFactory(), type=Authenticator.Type.WEBAUTHN, data={}).pk,
        "state": grants.begin(owner.user, owner.team, account)[0],
        "key": EmailConfirmationHMAC(unconfirmed).key,
        "recipient": owner.team.log_recipients.create(email="auditor@example.org").pk,
        "log": account.pk,
        "tile": "0/000.p/1",
        "removed_id": RemovedClient.objects.create(team_id=owner.team.pk, account_id=-account.pk, name="Gone").pk,
        "kept_kind": "origin",
        "older": 1,
    }
    cover()
    size = Log(owner.team.pk, account.pk).checkpoints.latest("size").size
    TimeStamp.objects.create(team_id=owner.team.pk, account_id=account.pk, size=size, told_at=timezone.now())
    return Tenant(owner, account, values)


@pytest.fixture(autouse=True)
def stamps_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a time stamp is worth is tested elsewhere; here each tenant has one without an authority."""
    monkeypatch.setattr(timestamps, "is_good", lambda *_: True)


@pytest.fixture
def tenant(db: None, service: Service) -> Tenant:
    return make_tenant(service.customer_keys[0])


@pytest.fixture
def foreign(tenant: Tenant, service: Service) -> Tenant:
    """Another tenant, none of whose objects have the ids of the first one's."""
    other = make_tenant(service.customer_keys[1])
    for name in ("bo", "cy"):
        add_contact(other.account, NewContact(email=f"{name}@example.org"), actor(other.owner.user), uuid4())
    other.values["number"] = AuditEntry.objects.filter(team_id=other.team.pk).latest("number").number
    return other


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> None:
    cache.clear()


@contextmanager
def undone() -> Iterator[None]:
    """Undoes in the database, and in the counters of attempts, what is done meanwhile."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # the log's own transactions are the outermost, as in a test
    with block:
        yield
        transaction.set_rollback(True)
    cache.clear()


def enter_as(client: Client, visitor: str, tenant: Tenant) -> None:
    """Sign in as a member with this role, or as the owner of another team."""
    if visitor == FOREIGNER:
        client.force_login(MembershipFactory(role=Role.OWNER).user)
    elif visitor != NOBODY:
        client.force_login(MembershipFactory(team=tenant.team, role=visitor).user)


def answer(client: Client, method: str, url: str, headers: dict[str, str] | None = None) -> str:
    """What comes of a request, in words."""
    response = client.generic(method, url, headers=headers)
    status, location = response.status_code, response.headers.get("Location", "")
    if location.startswith(f"{reverse('account_login')}?next="):
        return "sign in first"
    words = {403: "forbidden", 404: "not found", 405: "wrong method", 422: "let in"}
    return words.get(status, "let in" if status < 400 else f"status {status}")


def told() -> int:
    """How much the log has, but for what was refused to somebody."""
    return AuditEntry.objects.exclude(sentence__in=REFUSED_ACCESS).count()


def expected_answer(name: str, visitor: str, method: str) -> str:
    asked = TABLE[name]
    if name in (POST_ONLY if method == "GET" else GET_ONLY):
        return "wrong method"
    if asked == PUBLIC:
        return "let in"
    if visitor == NOBODY:
        return "sign in first"
    if name in GET_ONLY_INSIDE and method == "POST":
        return "wrong method"
    if asked == THEIR_OWN:
        return "not found"
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


@pytest.mark.parametrize("name", TABLE)
def test_everybody_gets_as_far_as_the_table_says(tenant: Tenant, service: Service, name: str) -> None:
    clients = {visitor: Client() for visitor in VISITORS}
    for visitor, client in clients.items():
        enter_as(client, visitor, tenant)
    logged, called = told(), service.paths()
    for (visitor, client), method in product(clients.items(), ("GET", "POST")):
        with undone():
            came_of_it = answer(client, method, tenant.url(name))

            assert came_of_it == expected_answer(name, visitor, method), f"{method} as {visitor}"
            calls = service.paths()
            if came_of_it != "let in":
                assert told() == logged, f"{method} as {visitor}"
                assert calls == called, f"{method} as {visitor}"
            called = calls


@pytest.mark.parametrize("argument", URLS_WITH)
def test_what_belongs_to_a_foreign_team_or_to_nobody_is_not_there(
    client: Client, tenant: Tenant, foreign: Tenant, argument: str
) -> None:
    unknown = {
        "team": "no-such-team",
        "account": "no-such-client",
        "action": uuid4(),
        "tagged": uuid4(),
    }.get(argument, 4711)
    client.force_login(tenant.owner.user)

    for name in URLS_WITH[argument]:
        methods = ("POST",) if name in POST_ONLY or name in LEADS_ON else ("GET", "POST")
        for value, method in product((foreign.values[argument], unknown), methods):
            url = tenant.url(name, **{argument: value})
            headers = {"HX-Request": "true"} if name in LEADS_ON else None
            with undone():
                assert answer(client, method, url, headers) == "not found", f"{method} {url}"
        with undone():
            assert answer(client, "POST", tenant.url(name)) == "let in", name


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_a_limited_member_finds_other_clients_as_little_as_unknown_ones(
    client: Client, tenant: Tenant, service: Service, role: Role
) -> None:
    """Every URL of a client account, as a page and as a fragment, and the log's entries of it."""
    member = MembershipFactory(team=tenant.team, role=role)
    theirs = ClientAccountFactory(team=tenant.team, customer_key=service.customer_keys[1])
    set_limit(member, [theirs], actor(tenant.owner.user))
    client.force_login(member.user)
    logged, called = told(), service.paths()

    for argument in ("account", "number", "action", "log"):
        for name in URLS_WITH[argument]:
            expected = "not found" if Membership(role=role).may(TABLE[name]) else "forbidden"
            for method in ("POST",) if name in POST_ONLY else ("GET", "POST"):
                for headers in ({}, {"HX-Request": "true"}):
                    assert answer(client, method, tenant.url(name), headers) == expected, (name, method, headers)
    assert told() == logged
    assert service.paths() == called
    for name in URLS_WITH["account"]:
        if set(arguments_of(name)) == {"team", "account"}:
            allowed = "let in" if Membership(role=role).may(TABLE[name]) else "forbidden"
            assert answer(client, "POST", tenant.url(name, account=theirs.slug)) == allowed, name


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_a_limited_member_does_nothing_that_reaches_beyond_single_clients(
    client: Client, tenant: Tenant, role: Role
) -> None:
    member = MembershipFactory(team=tenant.team, role=role)
    set_limit(member, [], actor(tenant.owner.user))
    client.force_login(member.user)

    for name in URLS_WITH["team"]:
        if TABLE[name] in TEAM_WIDE:
            for method in ("POST",) if name in POST_ONLY else ("GET", "POST"):
                assert answer(client, method, tenant.url(name)) == "forbidden", name


@pytest.mark.parametrize(("name", "page"), LEADS_ON.items())
def test_what_is_no_page_leads_to_the_page_it_belongs_to(client: Client, tenant: Tenant, name: str, page: str) -> None:
    client.force_login(tenant.owner.user)
    arguments = arguments_of(page)
    url = reverse(page, kwargs={argument: tenant.values[argument] for argument in arguments})
    assert client.get(tenant.url(name)).headers["Location"] == url


def test_a_page_that_nobody_may_see_does_not_tell_whether_it_is_there(client: Client, tenant: Tenant) -> None:
    client.force_login(MembershipFactory(role=Role.OWNER).user)

    there = client.get(tenant.url("client")).content.decode()
    not_there = client.get(tenant.url("client", team="no-such-team")).content.decode()

    token = r'(?<="csrf-token" content=")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+'
    assert re.sub(f"{token}|{tenant.team.slug}", "", there) == re.sub(f"{token}|no-such-team", "", not_there)


def test_a_form_without_its_token_is_refused(tenant: Tenant) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenant.owner.user)

    response = strict.post(tenant.url("client_key_remove"))

    assert response.status_code == 403
    assert tenant.account.credentials.exists()
