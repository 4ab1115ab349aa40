"""Who may write rows of the database puts a secret where the portal would show it: it stays a secret."""

import json
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.exceptions import SuspiciousOperation
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.stream.models import Destination, Way
from integrations.audit.stream.services import Chosen, set_destination
from integrations.clients.models import Credential
from ktportal.encryption import Undecryptable, encrypt
from tests.factories import ClientAccountFactory, MembershipFactory, actor

pytestmark = pytest.mark.django_db

KEY = "victims-customer-key-0123456789"


@pytest.fixture
def stranger(client: Client) -> Membership:
    """A member of another team, with a second factor."""
    stranger: Membership = MembershipFactory(role=Role.OWNER)
    TOTP.activate(stranger.user, generate_totp_secret())
    client.force_login(stranger.user)
    return stranger


def written(user_id: int, kind: str, data: str) -> None:
    """What somebody with rights on rows alone writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, %s, %s, CURRENT_TIMESTAMP)",
            [user_id, kind, data],
        )


def shown(client: Client) -> str:
    pages = [client.get(reverse(name)) for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes")]
    assert {page.status_code for page in pages} == {400}
    return "".join(page.content.decode() for page in pages)


def test_another_secret_is_no_recovery_code(client: Client, stranger: Membership) -> None:
    sealed = Credential.objects.get(account=ClientAccountFactory(customer_key=KEY)).encrypted_secret
    written(stranger.user.pk, Authenticator.Type.RECOVERY_CODES, json.dumps({"migrated_codes": [sealed]}))
    assert KEY not in shown(client)


def test_the_secret_of_anothers_app_is_no_recovery_code(client: Client, stranger: Membership) -> None:
    victim, secret = MembershipFactory().user, generate_totp_secret()
    sealed = TOTP.activate(victim, secret).instance.data["secret"]
    written(stranger.user.pk, Authenticator.Type.RECOVERY_CODES, f'{{"migrated\\u005fcodes": ["{sealed}"]}}')
    assert secret not in shown(client)


def test_anothers_recovery_codes_are_not_ones_own(client: Client, stranger: Membership) -> None:
    victim = MembershipFactory().user
    codes = RecoveryCodes.activate(victim)
    written(stranger.user.pk, Authenticator.Type.RECOVERY_CODES, json.dumps(codes.instance.data))
    told = shown(client)
    assert not any(code in told for code in codes.generate_codes())


def test_nobody_puts_a_factor_of_their_own_into_anothers_place(stranger: Membership) -> None:
    victim = MembershipFactory().user
    own = Authenticator.objects.get(user=stranger.user)
    written(victim.pk, own.type, json.dumps(own.data))
    with pytest.raises(SuspiciousOperation):
        Authenticator.objects.get(user=victim)


def test_changing_the_key_seals_nothing_that_was_not_sealed(client: Client, stranger: Membership) -> None:
    victim = MembershipFactory().user
    codes = RecoveryCodes.activate(victim)
    own = RecoveryCodes.activate(stranger.user).instance
    forged = own.data | {"seed": codes.instance.data["seed"]}
    Authenticator.objects.filter(pk=own.pk).update(data=forged)
    with pytest.raises(CommandError, match=stranger.user.email):
        call_command("rotate_encryption_keys")
    told = shown(client)
    assert not any(code in told for code in codes.generate_codes())


def test_another_clients_key_is_none_of_ones_own(stranger: Membership) -> None:
    sealed = Credential.objects.get(account=ClientAccountFactory(customer_key=KEY)).encrypted_secret
    own = Credential.objects.get(account=ClientAccountFactory(team=stranger.team, customer_key="k" * 32))
    own.encrypted_secret = sealed
    with pytest.raises(Undecryptable):
        assert own.secret


def test_a_collectors_token_is_sent_to_no_other_place(stranger: Membership) -> None:
    set_destination(stranger.team, Chosen(Way.HTTPS, "logs.example.com", 443, "", KEY), actor())
    for moved in ({"host": "other.example.com"}, {"host": "logs.example.com", "port": 8443}):
        Destination.objects.update(**moved)
        with pytest.raises(Undecryptable):
            assert Destination.objects.get().token
        with pytest.raises(CommandError, match="store them again"):
            call_command("rotate_encryption_keys")
    Destination.objects.update(port=443)
    call_command("rotate_encryption_keys")
    assert Destination.objects.get().token == KEY


def test_tokens_that_were_stored_for_any_host_are_bound_to_theirs(stranger: Membership) -> None:
    migration = import_module("integrations.audit.stream.migrations.0002_tokens_for_one_host")
    set_destination(stranger.team, Chosen(Way.HTTPS, "logs.example.com", 443, "", KEY), actor())
    before = encrypt(KEY, f"token of the log stream of team {stranger.team.pk}")
    for stored, token in ((before, KEY), ("lost", None), ("", "")):
        Destination.objects.update(encrypted_secret=stored)
        for _again in range(2):
            migration.bind_to_host(apps, None)
        if token is None:
            assert Destination.objects.get().encrypted_secret == stored
        else:
            assert Destination.objects.get().token == token
