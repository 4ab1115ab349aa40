"""A process that is killed in mid-call leaves its entry, which a sweep turns into unknown."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from integrations.audit import sweep
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.presentation import LoggedAction
from integrations.clients.models import ClientAccount
from tests.service import Service

CALL = """
import os, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_DATABASE"]
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.sentences import TAGS_LOADED
from integrations.clients.models import ClientAccount
from tests.factories import actor
account = ClientAccount.objects.get()
gateway.connect(account, Action(TAGS_LOADED, actor())).create_tag("Killed")
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_its_entry(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.fault(delay_ms=8_000)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "NAME_OF_DATABASE": str(connection.settings_dict["NAME"]),
        "KLICKTIPP_URL": service.url,
        "TEST_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
    }
    process = subprocess.Popen([sys.executable, "-c", CALL], env=environment, cwd=settings.BASE_DIR)
    until = time.monotonic() + 20
    while not service.received() and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()

    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.operation) == (Outcome.PENDING, "create_tag")
    assert service.received()[0]["request_id"] == str(entry.id)

    assert sweep.sweep_stale_entries() == 0
    later = timezone.now() + sweep.STALE_AFTER + timedelta(seconds=1)
    monkeypatch.setattr(sweep.timezone, "now", lambda: later)
    assert sweep.sweep_stale_entries() == 1
    entry.refresh_from_db()
    assert entry.outcome == Outcome.UNKNOWN
    assert [str(problem.what) for problem in LoggedAction([entry]).problems] == [
        "the portal was interrupted while it waited for KlickTipp's answer"
    ]
