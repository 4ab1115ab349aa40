"""Rows of the clock's chores by somebody who may write into the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from integrations.clock import signs
from integrations.clock.chores import run_due_chores
from integrations.clock.models import Chore

pytestmark = pytest.mark.django_db

CHORE = f"{__name__}.water_plants"
WORKER = signs.answer.module_path
FAR = ["2500-01-01 00:00:00+00:00", "infinity" if connection.vendor == "postgresql" else "never"]
ran: list[str] = []


def water_plants() -> None:
    ran.append("water plants")


@pytest.fixture(autouse=True)
def chores(settings: Any) -> None:
    settings.CLOCK_CHORES = [(CHORE, 60)]
    ran.clear()


def move(name: str, moment: str) -> None:
    Chore.objects.get_or_create(name=name, defaults={"next_at": timezone.now()})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_chore SET next_at = %s WHERE name = %s", [moment, name])


@pytest.mark.parametrize("moment", FAR)
def test_a_chore_that_was_put_off_for_good_runs_all_the_same(moment: str) -> None:
    move(CHORE, moment)
    assert run_due_chores() == [CHORE]
    assert run_due_chores() == []
    assert ran == ["water plants"]
    assert Chore.objects.get().next_at <= timezone.now() + timedelta(seconds=60)


def test_a_clock_that_goes_fast_runs_no_chore_twice() -> None:
    Chore.objects.create(name=CHORE, next_at=timezone.now() + timedelta(minutes=3))
    assert run_due_chores() == []
    assert signs.seen()["clock"] is not None


@pytest.mark.parametrize("moment", FAR)
def test_a_moment_of_the_future_is_no_sign_of_life(
    moment: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(CHORE, moment)
    move(WORKER, moment)
    monkeypatch.setattr("ktportal.health._last", [])
    told = client.get("/health/").json()
    assert told["silent_seconds"] == {"clock": None, "worker": None}
    monkeypatch.setattr(signs, "_looked_up", [])
    assert signs.silent(timezone.now() - timedelta(days=1)) == ["clock", "worker"]
    signs.answer.call()
    assert signs.seen()["worker"] is not None
