"""Who may write rows of the database puts a secret where the portal would show it: it stays a secret."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.models import Credential
from ktportal.encryption import Undecryptable
from tests.factories import ClientAccountFactory, MembershipFactory

pytestmark = pytest.mark.django_db

KEY = "victims-customer-key-0123456789"


@pytest.fixture
def stranger(client: Client) -> Membership:
    """A member of another team, with a second factor."""
    stranger: Membership = MembershipFactory(role=Role.OWNER)
    TOTP.activate(stranger.user, generate_totp_secret())
    client.force_login(stranger.user)
    return stranger


def test_another_secret_is_no_recovery_code(client: Client, stranger: Membership) -> None:
    victim = MembershipFactory().user
    TOTP.activate(victim, generate_totp_secret())
    sealed = [
        Credential.objects.get(account=ClientAccountFactory(customer_key=KEY)).encrypted_secret,
        Authenticator.objects.get(user=victim).data["secret"],
    ]
    for secret in sealed:
        codes = {"migrated_codes": [secret]}
        Authenticator.objects.create(user=stranger.user, type=Authenticator.Type.RECOVERY_CODES, data=codes)
        for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_index"):
            page = client.get(reverse(name))
            assert page.status_code in (200, 302, 404)
            assert KEY not in page.content.decode()
        assert not Authenticator.objects.filter(data__has_key="migrated_codes").exists()


def test_another_clients_key_is_none_of_ones_own(stranger: Membership) -> None:
    sealed = Credential.objects.get(account=ClientAccountFactory(customer_key=KEY)).encrypted_secret
    own = Credential.objects.get(account=ClientAccountFactory(team=stranger.team, customer_key="k" * 32))
    own.encrypted_secret = sealed
    with pytest.raises(Undecryptable):
        assert own.secret
