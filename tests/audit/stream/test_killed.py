"""A worker that is killed while it sends loses nothing: the next one begins where the last batch has arrived."""

import os
import signal
import ssl
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from integrations.audit import events, people_sentences
from integrations.audit.recorder import Scope
from integrations.audit.stream import sending
from integrations.audit.stream.models import Destination
from tests.audit.stream.receiver import OK, Collector
from tests.factories import actor

SEND = """
import os, socket, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_DATABASE"]
from integrations.audit.stream import connecting, sending
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **options: resolve("127.0.0.1", *rest, **options)
connecting.is_public = lambda address: True
sending.MOST_ENTRIES = 2
sending.send.call(int(os.environ["TEAM"]))
"""


@pytest.mark.django_db(transaction=True)
def test_who_is_killed_in_the_second_batch_loses_nothing(
    collector: Collector, destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        events.record(people_sentences.SIGNED_IN, actor(), Scope(destination.team_id))

    def accept(tls: ssl.SSLSocket) -> None:
        tls.sendall(OK)

    def hang(tls: ssl.SSLSocket) -> None:
        time.sleep(15)

    collector.replies = [accept, hang]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "NAME_OF_DATABASE": str(connection.settings_dict["NAME"]),
        "TEAM": str(destination.team_id),
        "TEST_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
    }
    process = subprocess.Popen([sys.executable, "-c", SEND], env=environment, cwd=settings.BASE_DIR)
    until = time.monotonic() + 30
    while len(collector.bodies) < 2 and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert collector.numbers == [1, 2, 3, 4]
    assert left_by(destination) == (2, False)
    sending.send.call(destination.team_id)  # its lease is still there
    assert left_by(destination) == (2, False)

    now = timezone.now
    monkeypatch.setattr(sending.timezone, "now", lambda: now() + timedelta(minutes=3))
    sending.send.call(destination.team_id)
    assert left_by(destination) == (6, True)
    assert collector.numbers == [1, 2, 3, 4, 3, 4, 5, 6]


def left_by(destination: Destination) -> tuple[Any, bool]:
    """How far the log has come, and whether somebody may send it."""
    destination.refresh_from_db()
    return destination.through_number, destination.sender is None
