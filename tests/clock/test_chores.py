import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from integrations.clock.chores import run_due_chores
from integrations.clock.models import Chore

HERE = "tests.clock.test_chores"
ran: list[str] = []
meeting = threading.Barrier(2, timeout=10)


def water_plants() -> None:
    ran.append("water plants")


def break_a_vase() -> None:
    ran.append("break a vase")
    raise RuntimeError("broken")


def break_the_transaction() -> None:
    ran.append("break the transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM there_is_no_such_table")


@pytest.fixture(autouse=True)
def nothing_has_run() -> None:
    ran.clear()


@pytest.fixture
def chores(settings: Any) -> Any:
    """Sets the portal's chores: names of functions of this module, each due every minute."""

    def choose(*names: str) -> None:
        settings.CLOCK_CHORES = [(f"{HERE}.{name}", 60) for name in names]

    return choose


def make_due(name: str) -> None:
    assert Chore.objects.filter(name=f"{HERE}.{name}").update(next_at=timezone.now())


@pytest.mark.django_db
def test_a_chore_that_has_never_run_is_due(chores: Any) -> None:
    chores("water_plants")

    assert run_due_chores() == [f"{HERE}.water_plants"]
    assert ran == ["water plants"]


@pytest.mark.django_db
def test_a_chore_waits_until_it_is_due_again(chores: Any) -> None:
    chores("water_plants")
    before = timezone.now()
    run_due_chores()

    assert run_due_chores() == []
    assert len(ran) == 1
    minute = timedelta(seconds=60)
    assert before + minute <= Chore.objects.get().next_at <= timezone.now() + minute
    make_due("water_plants")
    run_due_chores()
    assert len(ran) == 2


@pytest.mark.django_db
def test_each_chore_has_its_own_time(chores: Any) -> None:
    chores("water_plants", "break_a_vase")
    run_due_chores()
    ran.clear()

    make_due("water_plants")

    assert run_due_chores() == [f"{HERE}.water_plants"]
    assert ran == ["water plants"]


@pytest.mark.django_db
def test_a_chore_that_fails_stops_no_other_and_runs_again_next_time(
    chores: Any, caplog: pytest.LogCaptureFixture
) -> None:
    chores("break_a_vase", "water_plants")

    run_due_chores()

    assert ran == ["break a vase", "water plants"]
    assert "break_a_vase failed" in caplog.text
    make_due("break_a_vase")
    assert run_due_chores() == [f"{HERE}.break_a_vase"]


@pytest.mark.django_db(transaction=True)
def test_a_chore_that_the_database_refuses_stops_no_other(chores: Any, caplog: pytest.LogCaptureFixture) -> None:
    chores("break_the_transaction", "water_plants")

    run_due_chores()

    assert ran == ["break the transaction", "water plants"]
    assert "break_the_transaction failed" in caplog.text


@pytest.mark.django_db
def test_a_chore_that_does_not_exist_stops_no_other(chores: Any, caplog: pytest.LogCaptureFixture) -> None:
    chores("no_such_function", "water_plants")

    run_due_chores()

    assert ran == ["water plants"]
    assert "no_such_function failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_clock_survives_a_database_that_is_away(chores: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The chores' own table is away, which is as good as the database."""
    chores("water_plants")
    with connection.schema_editor() as editor:
        editor.delete_model(Chore)
    try:
        assert run_due_chores() == []
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(Chore)

    assert "water_plants failed" in caplog.text
    assert run_due_chores() == [f"{HERE}.water_plants"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True], ids=["first time", "due again"])
def test_only_one_of_two_clocks_gets_a_chore(chores: Any, known: bool) -> None:
    chores("water_plants")
    for _ in range(10):
        Chore.objects.all().delete()
        if known:
            Chore.objects.create(name=f"{HERE}.water_plants", next_at=timezone.now())
        ran.clear()

        got = two_clocks()

        assert sorted(map(len, got)) == [0, 1]
        assert ran == ["water plants"]


def two_clocks() -> list[list[str]]:
    """What each of two clocks that start at the same moment has run."""
    got: list[list[str]] = []

    def clock() -> None:
        try:
            connection.ensure_connection()
            meeting.wait()
            got.append(run_due_chores())
        finally:
            connection.close()

    clocks = [threading.Thread(target=clock) for _ in range(2)]
    for thread in clocks:
        thread.start()
    for thread in clocks:
        thread.join(timeout=30)
    return got


@pytest.mark.django_db(transaction=True)
def test_the_portals_own_chores_run(caplog: pytest.LogCaptureFixture, task_queue: None) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))

    assert run_due_chores() == [name for name, _ in django_settings.CLOCK_CHORES]

    assert caplog.text == ""
    assert not Session.objects.exists()


def test_stale_entries_of_the_log_are_swept_more_often_than_they_become_stale() -> None:
    seconds = dict(django_settings.CLOCK_CHORES)["integrations.audit.sweep.sweep_stale_entries"]

    assert timedelta(seconds=seconds) <= import_string("integrations.audit.sweep.STALE_AFTER")
