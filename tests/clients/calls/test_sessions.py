"""An API user's session is one for all threads and processes, and nobody signs in while somebody else does."""

import logging
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.calls.sessions import LEASE, StoredSession
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount, Credential
from integrations.clients.sentences import TAGS_LOADED
from integrations.klicktipp import AccessDenied, Problem, SessionToken
from tests.factories import actor
from tests.service import Service

LOGIN = "POST /account/login"
WORK = """
import os, sys, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_DATABASE"]
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.sentences import TAGS_LOADED
from integrations.clients.models import ClientAccount
from tests.factories import actor
account = ClientAccount.objects.get()
print("ready", flush=True)
sys.stdin.readline()
gateway.connect(account, Action(TAGS_LOADED, actor())).list_tags()
"""


def list_tags(account: ClientAccount) -> None:
    gateway.connect(account, Action(TAGS_LOADED, actor())).list_tags()


def store_of(account: ClientAccount) -> StoredSession:
    return StoredSession(account.credentials.get())


def a_minute_later() -> None:
    Credential.objects.update(sign_in_tried_at=timezone.now() - timedelta(seconds=61))


def at_once(count: int, work: Any) -> None:
    """Do it in so many threads, and raise what one of them raises."""
    together = threading.Barrier(count, timeout=20)

    def one(_: int) -> None:
        together.wait()
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))


@pytest.mark.django_db
def test_one_session_serves_all_clients(by_api_user: ClientAccount, service: Service) -> None:
    for _ in range(3):
        list_tags(by_api_user)

    assert service.paths() == [LOGIN, "GET /tag", "GET /tag", "GET /tag"]


@pytest.mark.django_db
def test_a_session_that_has_ended_is_renewed(by_api_user: ClientAccount, service: Service) -> None:
    list_tags(by_api_user)
    before = store_of(by_api_user).load()
    service.expire_sessions()
    a_minute_later()

    list_tags(by_api_user)

    assert service.paths()[2:] == ["GET /tag", LOGIN, "GET /tag"]
    assert store_of(by_api_user).load() not in (None, before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("had_session", [False, True])
def test_many_threads_sign_in_once(by_api_user: ClientAccount, service: Service, had_session: bool) -> None:
    if had_session:
        list_tags(by_api_user)
        service.expire_sessions()
        a_minute_later()
    before = service.paths().count(LOGIN)

    at_once(8, lambda: list_tags(by_api_user))

    assert service.paths().count(LOGIN) == before + 1
    assert AuditEntry.objects.filter(operation="list_tags", outcome=Outcome.DONE).count() == 8 + before
    stored = Credential.objects.get()
    assert (stored.sign_in_holder, stored.sign_in_until) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_two_processes_sign_in_once(by_api_user: ClientAccount, service: Service) -> None:
    list_tags(by_api_user)
    service.expire_sessions()
    a_minute_later()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "NAME_OF_DATABASE": str(connection.settings_dict["NAME"]),
        "KLICKTIPP_URL": service.url,
        "TEST_ENCRYPTION_KEYS": ",".join(django_settings.ENCRYPTION_KEYS),
        "TEST_AUDIT_HASH_KEYS": ",".join(django_settings.AUDIT_HASH_KEYS),
    }
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [
        subprocess.Popen([sys.executable, "-c", WORK], env=environment, cwd=django_settings.BASE_DIR, **pipes)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    service.fault(delay_ms=500, path="/account/login")
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=30)

    assert [process.returncode for process in processes] == [0, 0]
    assert service.paths().count(LOGIN) == 2
    assert AuditEntry.objects.filter(operation="list_tags", outcome=Outcome.DONE).count() == 3


@pytest.mark.django_db
def test_a_lock_is_held_by_one(by_api_user: ClientAccount) -> None:
    with store_of(by_api_user).lock(1):
        began = time.monotonic()
        with pytest.raises(TimeoutError), store_of(by_api_user).lock(0.3):
            pass
        assert time.monotonic() - began < 5
    with store_of(by_api_user).lock(0):
        pass


@pytest.mark.django_db
def test_who_died_while_signing_in_blocks_no_longer_than_the_lease(by_api_user: ClientAccount) -> None:
    died = store_of(by_api_user).lock(0)
    died.__enter__()
    Credential.objects.update(sign_in_until=timezone.now() - timedelta(seconds=1))

    with store_of(by_api_user).lock(0):
        held = Credential.objects.get()
        assert held.sign_in_until is not None
        assert timezone.now() + LEASE - timedelta(seconds=5) < held.sign_in_until
        died.__exit__(None, None, None)
        assert Credential.objects.get().sign_in_holder == held.sign_in_holder


@pytest.mark.django_db
def test_while_somebody_signs_in_others_wait_for_the_session(
    by_api_user: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_tags(by_api_user)
    theirs = store_of(by_api_user).load()
    Credential.objects.update(encrypted_session="")
    held = store_of(by_api_user).lock(0)
    held.__enter__()

    def they_have_signed_in(seconds: float) -> None:
        store_of(by_api_user).save(theirs)
        held.__exit__(None, None, None)

    monkeypatch.setattr("integrations.klicktipp.timing.sleep", they_have_signed_in)

    list_tags(by_api_user)

    assert service.paths() == [LOGIN, "GET /tag", "GET /tag"]


@pytest.mark.django_db
def test_after_a_failed_sign_in_nothing_is_sent_for_a_minute(by_api_user: ClientAccount, service: Service) -> None:
    stored = by_api_user.credentials.get()
    stored.secret = "not-the-password"
    stored.save()
    with pytest.raises(AccessDenied) as raised:
        list_tags(by_api_user)
    assert raised.value.problem is Problem.WRONG_LOGIN

    for _ in range(3):
        with pytest.raises(Obstructed) as obstructed:
            list_tags(by_api_user)
        assert obstructed.value.obstacle is Problem.SIGN_IN_PAUSED
    assert service.paths() == [LOGIN]
    assert AuditEntry.objects.latest("number").answer == {"problem": "sign_in_paused"}

    a_minute_later()
    with pytest.raises(AccessDenied):
        list_tags(by_api_user)
    assert service.paths() == [LOGIN, LOGIN]


@pytest.mark.django_db
def test_a_sign_in_that_did_not_reach_klicktipp_makes_nobody_wait(
    by_api_user: ClientAccount, service: Service, settings: Any
) -> None:
    settings.KLICKTIPP_URL, there = "http://127.0.0.1:9", settings.KLICKTIPP_URL
    settings.KLICKTIPP_PAGE_DEADLINE = 0.3
    with pytest.raises(Exception, match="unreachable"):
        list_tags(by_api_user)
    settings.KLICKTIPP_URL, settings.KLICKTIPP_PAGE_DEADLINE = there, 20

    list_tags(by_api_user)

    assert service.paths() == [LOGIN, "GET /tag"]


@pytest.mark.django_db
def test_of_a_removed_credential_there_is_no_session_and_nobody_gets_one(by_api_user: ClientAccount) -> None:
    store = store_of(by_api_user)
    Credential.objects.all().delete()

    began = time.monotonic()
    with pytest.raises(TimeoutError), store.lock(10):
        pass

    assert time.monotonic() - began < 5
    store.save(SessionToken("SSESS", "late"))
    assert store.load() is None
    assert not Credential.objects.exists()


@pytest.mark.django_db
def test_a_session_that_no_key_decrypts_is_no_session(
    by_api_user: ClientAccount, service: Service, settings: Any
) -> None:
    list_tags(by_api_user)
    lost = Fernet(Fernet.generate_key()).encrypt(b"[]").decode()
    Credential.objects.update(encrypted_session=lost)
    a_minute_later()

    list_tags(by_api_user)

    assert service.paths() == [LOGIN, "GET /tag", LOGIN, "GET /tag"]


@pytest.mark.django_db
def test_password_and_session_are_told_nowhere(
    by_api_user: ClientAccount, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    list_tags(by_api_user)
    service.expire_sessions()
    a_minute_later()
    list_tags(by_api_user)
    session, stored = store_of(by_api_user).load(), by_api_user.credentials.get()
    assert session is not None

    rows = [str(row) for row in AuditEntry.objects.values()] + [str(row) for row in Credential.objects.values()]
    told = "\n".join([*rows, caplog.text, repr(session), repr(stored), str(stored), repr(stored.login)])

    assert by_api_user.credentials.get().username in told
    for secret in (service.api_users[0][1], session.session_id):
        assert secret not in told


@pytest.mark.django_db
def test_the_database_refuses_to_tell_the_end_of_a_password(by_api_user: ClientAccount) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.update(last_four="word")
