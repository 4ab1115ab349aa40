from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Team, User
from integrations.audit.models import AuditEntry
from integrations.clients.logins import Login
from integrations.clients.management.commands.seed_demo import EMAIL
from integrations.clients.models import ClientAccount, Connection, Credential
from tests.service import Service

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "four-words-for-a-demo"


@pytest.fixture(autouse=True)
def demo(service: Service, settings: Any) -> None:
    settings.SANDBOX = True
    settings.SANDBOX_PORT = urlsplit(service.url).port
    settings.DEMO_PASSWORD = PASSWORD


def seed() -> str:
    said = StringIO()
    call_command("seed_demo", stdout=said)
    return said.getvalue()


def test_a_team_with_two_connected_clients_stands_ready(service: Service) -> None:
    said = seed()
    assert EMAIL in said
    assert PASSWORD in said
    membership = Membership.objects.get()
    assert (membership.user.email, membership.role, membership.team.name) == (EMAIL, "owner", "Demo-Agentur")
    assert membership.user.check_password(PASSWORD)
    accounts = ClientAccount.objects.filter(team=membership.team)
    assert [account.connection for account in accounts] == [Connection.CONNECTED] * 2
    assert {credential.secret for credential in Credential.objects.all()} == set(service.customer_keys[:2])


def test_the_key_tests_are_in_the_log() -> None:
    seed()
    tests = AuditEntry.objects.filter(sentence="clients.key_tested", operation="list_optin_processes")
    assert [entry.outcome for entry in tests] == ["done", "done"]


def test_a_second_run_changes_nothing() -> None:
    def everything() -> list[Any]:
        models = (User, Team, Membership, ClientAccount, Credential, AuditEntry)
        return [list(model.objects.order_by("pk").values()) for model in models]

    seed()
    before = everything()
    seed()
    assert everything() == before


def test_keys_that_no_longer_fit_are_replaced(service: Service) -> None:
    seed()
    credential = Credential.objects.order_by("pk").first()
    assert credential is not None
    credential.secret = "of-a-sandbox-that-is-gone"
    credential.save()
    Credential.objects.exclude(pk=credential.pk).update(encrypted_secret="of other ENCRYPTION_KEYS")
    seed()
    assert {kept.secret for kept in Credential.objects.all()} == set(service.customer_keys[:2])


def test_a_key_that_was_removed_stays_removed() -> None:
    seed()
    Credential.objects.all().delete()
    seed()
    assert not Credential.objects.exists()


def test_an_api_user_that_took_the_place_of_a_key_stays(service: Service) -> None:
    seed()
    credential = Credential.objects.order_by("pk")[0]
    credential.login = Login.by_api_user(*service.api_users[0])
    credential.save()
    seed()
    assert Credential.objects.get(pk=credential.pk).login == Login.by_api_user(*service.api_users[0])


def test_the_printed_password_is_the_one_that_works(settings: Any) -> None:
    seed()
    settings.DEMO_PASSWORD = "another-one-of-a-new-env"
    seed()
    assert User.objects.get().check_password("another-one-of-a-new-env")


def test_without_the_sandbox_there_is_no_demo(settings: Any) -> None:
    settings.SANDBOX = False
    with pytest.raises(CommandError, match="SANDBOX=1"):
        seed()
    assert not User.objects.exists()
