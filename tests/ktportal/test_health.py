"""What load balancers and owners are told of the portal's own state."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team
from accounts.roles import Role
from integrations.clock import signs
from integrations.clock.models import Chore
from tests.factories import MembershipFactory


@pytest.fixture(autouse=True)
def nothing_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "_KNOWN_FOR", timedelta(0))
    monkeypatch.setattr("ktportal.health._found", [])
    monkeypatch.setattr("ktportal.health._last", [])
    monkeypatch.setattr("ktportal.health.KNOWN_SECONDS", 0)


def health(client: Client, **environ: Any) -> Any:
    return client.get("/health/", **environ)


@pytest.mark.django_db(transaction=True)
def test_it_tells_when_clock_and_worker_were_there_last(client: Client, task_queue: None) -> None:
    assert health(client).json()["silent_seconds"] == {"clock": None, "worker": None}
    call_command("worker", batch=True, verbosity=0)
    name = "integrations.clock.signs.ask_worker"
    Chore.objects.create(name=name, next_at=timezone.now() + timedelta(seconds=55))
    signs.ask_worker()
    signs.ask_worker()
    call_command("worker", batch=True, verbosity=0)

    answer = health(client, HTTP_HOST="10.0.0.7")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["database"], told["migrations"]) == ("ok", "ok")
    assert 4 <= told["silent_seconds"]["clock"] <= 10
    assert 0 <= told["silent_seconds"]["worker"] <= 5
    assert not answer.cookies


@pytest.mark.django_db
def test_a_migration_that_has_not_run_is_unhealthy(client: Client) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="clock").delete()
    answer = health(client)
    assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_unhealthy(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("secret-host:5432 refused")

    monkeypatch.setattr("ktportal.health.seen", away)
    answer = health(client)
    assert answer.status_code == 503
    assert "secret-host" not in answer.content.decode()


@pytest.mark.django_db
def test_owners_are_told_after_ten_minutes(browser: Client, owner: Membership, client: Client) -> None:
    url = reverse("team", kwargs={"team": owner.team.slug})
    assert "silent" not in browser.get(url).content.decode()
    Team.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert "clock has been silent" in browser.get(url).content.decode()
    Chore.objects.create(name="integrations.clock.signs.ask_worker", next_at=timezone.now())
    assert "worker has been silent" in browser.get(url).content.decode()

    editor = MembershipFactory(team=owner.team, role=Role.EDITOR)
    client.force_login(editor.user)
    assert "silent" not in client.get(url).content.decode()
