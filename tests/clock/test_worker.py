"""The worker waits for a database that is away, and says so once each time."""

import logging

import pytest
from django.db import OperationalError
from django_tasks_db.management.commands import db_worker

from integrations.clock.management.commands import worker

HOUR = 3600.0


def test_each_outage_is_told_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now, worked_for = [0.0], [0.0, 10.0, 10.0, HOUR, 10.0, HOUR]

    def work(self: worker.Worker) -> None:
        now[0] += worked_for.pop(0)
        self.running = bool(worked_for)
        raise OperationalError

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(db_worker.Worker, "run", work)
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(worker.time, "sleep", sleep)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    with caplog.at_level(logging.WARNING):
        worker.Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=1,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="w",
        ).run()
    assert len(caplog.records) == 3
