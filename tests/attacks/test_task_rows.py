"""Rows of the task table by somebody who may write into the database."""

import ast
import logging
import sys
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.models import Membership
from integrations.audit.stream import sending
from integrations.audit.stream.models import Way
from integrations.audit.stream.services import Chosen, set_destination
from integrations.clock import signs
from integrations.clock.housekeeping import prune_task_results
from integrations.clock.models import Chore
from tests.factories import actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("task_queue")]

ANSWER = signs.answer.module_path
NOTHING: dict[str, Any] = {"args": [], "kwargs": {}}
NEVER_IMPORTED = "this"
"""A module of Python's own that says so when it is imported."""

BROKEN: dict[str, dict[str, Any]] = {
    "another module": {"task_path": f"{NEVER_IMPORTED}.s"},
    "no task": {"task_path": "integrations.clock.signs.ask_worker"},
    "no path": {"task_path": "\r\nanswer" * 100},
    "no arguments": {"args_kwargs": []},
    "a text": {"args_kwargs": "args"},
    "null": {"args_kwargs": {"args": None, "kwargs": None}},
    "too many": {"args_kwargs": {"args": [1, 2, 3], "kwargs": {"a": {}}}},
    "deep": {"args_kwargs": {"args": [[[[[[]]]]]], "kwargs": []}},
    "another queue": {"queue_name": "x"},
    "no workers": {"worker_ids": 5},
}


def insert(**columns: Any) -> DBTaskResult:
    row = {"task_path": ANSWER, "args_kwargs": NOTHING, "backend_name": "default", "run_after": get_date_max()}
    return DBTaskResult.objects.create(priority=100, **row | columns)


def work() -> None:
    call_command("worker", batch=True, verbosity=0)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_one_is_given_up_and_the_next_done(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    sys.modules.pop(NEVER_IMPORTED, None)
    row = insert(**BROKEN[broken])
    signs.answer.enqueue()
    with caplog.at_level(logging.ERROR):
        work()
        work()
    assert DBTaskResult.objects.get(pk=row.pk).status == TaskResultStatus.FAILED
    assert len(caplog.records) == 1
    assert "\r" not in caplog.text
    assert Chore.objects.filter(name=ANSWER).exists()
    assert NEVER_IMPORTED not in sys.modules


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's columns take no such values")
@pytest.mark.parametrize(
    ("column", "value"), [("args_kwargs", "{"), ("id", "no id"), ("enqueued_at", "2026-99-99 00:00:00")]
)
def test_one_that_cannot_even_be_read_is_given_up(column: str, value: str, caplog: pytest.LogCaptureFixture) -> None:
    insert()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE {DBTaskResult._meta.db_table} SET {column} = %s", [value])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    signs.answer.enqueue()
    with caplog.at_level(logging.ERROR):
        work()
        work()
    assert list(DBTaskResult.objects.values_list("status", flat=True).order_by("status")) == ["FAILED", "SUCCESSFUL"]
    assert len(caplog.records) == 1


def test_one_of_the_far_future_keeps_no_question_from_being_asked() -> None:
    insert(run_after=timezone.now().replace(year=9000))
    signs.ask_worker()
    work()
    assert Chore.objects.filter(name=ANSWER).exists()


def test_one_of_another_backend_keeps_nothing_from_being_asked(
    owner: Membership, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOG_STREAM_HOSTS = ["logs.example.com"]
    chosen = Chosen(Way.HTTPS, "logs.example.com", 443, "", "token")
    set_destination(owner.team, chosen, actor())
    send = sending.send.module_path
    insert(backend_name="x")
    for stray in ({}, [], "args", {"args": []}, {"args": [[]]}, {"args": [owner.team.pk], "kwargs": {}}):
        insert(backend_name="x", task_path=send, args_kwargs=stray)
    insert(task_path=send, args_kwargs={})
    before = DBTaskResult.objects.count()
    signs.ask_worker()
    sending.ask_worker()
    asked = DBTaskResult.objects.filter(backend_name="default").order_by("enqueued_at")
    assert DBTaskResult.objects.count() == before + 2
    assert asked.filter(task_path=send).last().args_kwargs["args"] == [owner.team.pk]  # type: ignore[union-attr]
    prune_task_results()
    assert not DBTaskResult.objects.filter(backend_name="x").exists()
    assert "7 rows of the task table" in caplog.text


def test_the_worker_does_what_the_portal_has_tasks_for() -> None:
    found = []
    for room in ("accounts", "integrations", "ktportal"):
        for file in sorted((portal.BASE_DIR / room).rglob("*.py")):
            for each in ast.parse(file.read_text()).body:
                if isinstance(each, ast.FunctionDef) and any("task(" in ast.unparse(by) for by in each.decorator_list):
                    module = ".".join(file.relative_to(portal.BASE_DIR).with_suffix("").parts)
                    found.append(f"{module}.{each.name}")
    assert found == portal.WORKER_TASKS
