"""`manage.py rotate_encryption_keys`: every stored key is encrypted with the newest of `ENCRYPTION_KEYS`."""

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import Membership
from integrations.audit.stream.models import Destination
from integrations.clients.calls import sessions
from integrations.clients.logins import Login
from integrations.clients.management.commands import rotate_encryption_keys
from integrations.clients.models import ClientAccount, Credential
from integrations.klicktipp import SessionToken
from integrations.listbuilding.models import ListbuildingKey
from tests.audit.stream.conftest import by_https, by_syslog
from tests.factories import ClientAccountFactory, ListbuildingKeyFactory, MembershipFactory

pytestmark = pytest.mark.django_db

NEW_KEY = Fernet.generate_key().decode()


@pytest.fixture
def credentials(owner: Membership) -> list[Credential]:
    """Three stored keys."""
    for number in range(3):
        ClientAccountFactory(team=owner.team, name=f"Client {number}", customer_key=f"customer-key-{number}")
    return list(Credential.objects.order_by("pk"))


@pytest.fixture
def add_key(settings: Any, credentials: list[Credential]) -> None:
    settings.ENCRYPTION_KEYS = [NEW_KEY, *settings.ENCRYPTION_KEYS]


def rotate() -> str:
    printed = StringIO()
    call_command("rotate_encryption_keys", stdout=printed)
    return printed.getvalue()


def secrets() -> list[str]:
    return [credential.secret for credential in Credential.objects.order_by("pk")]


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
@pytest.mark.usefixtures("add_key")
def test_the_old_key_is_needed_no_more(settings: Any, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(rotate_encryption_keys, "BATCH", batch)

    assert rotate() == "Encrypted with the newest key: 3\n"

    settings.ENCRYPTION_KEYS = [NEW_KEY]
    assert secrets() == ["customer-key-0", "customer-key-1", "customer-key-2"]


@pytest.mark.usefixtures("add_key")
def test_a_second_run_does_no_harm() -> None:
    rotate()
    assert rotate() == "Encrypted with the newest key: 3\n"
    assert secrets() == ["customer-key-0", "customer-key-1", "customer-key-2"]


@pytest.mark.usefixtures("add_key")
def test_what_was_done_before_a_stop_stays_done(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    encrypt_anew, done = rotate_encryption_keys._encrypt_anew, []

    def until_stopped(credential: Credential) -> int:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(credential.pk)
        return encrypt_anew(credential)

    monkeypatch.setattr(rotate_encryption_keys, "BATCH", 1)
    monkeypatch.setattr(rotate_encryption_keys, "_encrypt_anew", until_stopped)
    with pytest.raises(KeyboardInterrupt):
        rotate()
    assert secrets() == ["customer-key-0", "customer-key-1", "customer-key-2"]
    monkeypatch.undo()
    settings.ENCRYPTION_KEYS = [NEW_KEY, *settings.ENCRYPTION_KEYS[1:]]

    rotate()

    settings.ENCRYPTION_KEYS = [NEW_KEY]
    assert secrets() == ["customer-key-0", "customer-key-1", "customer-key-2"]


@pytest.mark.usefixtures("add_key")
def test_those_that_cannot_be_decrypted_are_named_and_the_others_done(
    settings: Any, credentials: list[Credential], owner: Membership
) -> None:
    lost = credentials[1]
    Credential.objects.filter(pk=lost.pk).update(encrypted_secret=Fernet(Fernet.generate_key()).encrypt(b"x").decode())

    with pytest.raises(CommandError) as failed:
        rotate()

    assert failed.value.returncode == 1
    assert str(failed.value).splitlines()[1:] == [f"Client 1 ({owner.team}): Customer key …{lost.last_four}"]
    assert "customer-key" not in str(failed.value)
    settings.ENCRYPTION_KEYS = [NEW_KEY]
    assert [credential.secret for credential in Credential.objects.exclude(pk=lost.pk).order_by("pk")] == [
        "customer-key-0",
        "customer-key-2",
    ]


@pytest.mark.usefixtures("add_key")
def test_a_key_that_is_replaced_or_removed_meanwhile_is_left_alone(credentials: list[Credential]) -> None:
    replaced, removed, _ = credentials
    Credential.objects.filter(pk=removed.pk).delete()
    newer = Credential.objects.get(pk=replaced.pk)
    newer.secret = "stored-meanwhile"
    newer.save()

    assert [rotate_encryption_keys._encrypt_anew(credential) for credential in credentials] == [0, 0, 1]
    assert secrets() == ["stored-meanwhile", "customer-key-2"]


@pytest.mark.usefixtures("add_key")
def test_passwords_and_sessions_of_api_users_are_encrypted_anew(settings: Any, owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team, api_user=("bergwind-portal", "a-password"))
    credential = account.credentials.get()
    sessions.StoredSession(credential).save(SessionToken("SSESS", "xyz123"))

    assert rotate() == "Encrypted with the newest key: 4\n"

    settings.ENCRYPTION_KEYS = [NEW_KEY]
    assert sessions.StoredSession(credential).load() == SessionToken("SSESS", "xyz123")
    assert Credential.objects.get(pk=credential.pk).login == Login.by_api_user("bergwind-portal", "a-password")


@pytest.mark.usefixtures("add_key")
def test_the_token_of_a_log_stream_is_encrypted_anew(settings: Any, owner: Membership) -> None:
    by_https(owner.team, token="collector-token-4711")
    by_syslog(MembershipFactory().team)

    assert rotate() == "Encrypted with the newest key: 4\n"

    Destination.objects.filter(team=owner.team).update(encrypted_secret="gAAAA")
    with pytest.raises(CommandError, match=f"{owner.team}: https://logs.example.com"):
        rotate()
    by_https(owner.team, token="collector-token-4711")
    rotate()
    settings.ENCRYPTION_KEYS = [NEW_KEY]
    assert Destination.objects.get(team=owner.team).token == "collector-token-4711"


@pytest.mark.usefixtures("add_key")
def test_a_session_that_cannot_be_decrypted_is_forgotten(owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team, api_user=("bergwind-portal", "a-password"))
    Credential.objects.filter(account=account).update(encrypted_session="gAAAA")

    rotate()

    assert account.credentials.get().encrypted_session == ""


@pytest.mark.usefixtures("add_key")
def test_listbuilding_keys_are_encrypted_anew_too(settings: Any) -> None:
    key = ListbuildingKeyFactory(secret="listbuilding-key")

    assert rotate() == "Encrypted with the newest key: 4\n"

    settings.ENCRYPTION_KEYS = [NEW_KEY]
    key.refresh_from_db()
    assert key.secret == "listbuilding-key"


def test_every_secret_that_any_room_keeps_is_found() -> None:
    """A column for a secret has a name by which the command finds it; a session goes with its credential."""
    found = {(model, "encrypted_secret") for model in rotate_encryption_keys._models_with_secrets()}
    columns = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if "encrypted" in field.name
    }
    assert found >= {(Credential, "encrypted_secret"), (ListbuildingKey, "encrypted_secret")}
    assert columns == found | {(Credential, "encrypted_session")}


def test_without_any_stored_key_nothing_is_wrong() -> None:
    assert rotate() == "Encrypted with the newest key: 0\n"
    assert not ClientAccount.objects.exists()
