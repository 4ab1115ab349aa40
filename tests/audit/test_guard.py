import logging
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import translation
from django.utils.module_loading import import_string

from integrations.audit import checks, guard, triggers
from integrations.audit.models import PORTAL, AuditEntry, Source
from integrations.audit.sentences import tell

CHORE = "integrations.audit.guard.report_missing_triggers"
SAID = "The log's guard in the database is missing or changed: "


@pytest.mark.django_db
def test_a_guard_in_place_is_worth_no_words(caplog: pytest.LogCaptureFixture) -> None:
    guard.report_missing_triggers()

    assert caplog.text == ""
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_missing_triggers_are_an_error_and_an_event_in_the_portals_log(caplog: pytest.LogCaptureFixture) -> None:
    triggers.lift(connection)
    names = ", ".join(trigger.name for trigger in triggers.expected(connection))

    guard.report_missing_triggers()

    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, SAID + names)
    entry = AuditEntry.objects.get()
    assert (entry.team_id, entry.source, entry.actor_id) == (PORTAL, Source.SYSTEM, None)
    with translation.override("en-gb"):
        assert tell(entry.sentence, entry.parameters) == SAID + names


def test_the_clock_looks_after_the_guard_every_hour() -> None:
    assert dict(django_settings.CLOCK_CHORES)[CHORE] <= 3600
    assert import_string(CHORE) is guard.report_missing_triggers


@pytest.mark.parametrize(
    ("address", "proxies", "warnings"),
    [
        ("https://portal.example.com", 0, ["audit.W002"]),
        ("https://portal.example.com", 1, []),
        ("http://127.0.0.1:8000", 0, []),
    ],
)
def test_a_proxy_that_ends_https_has_to_be_trusted(
    settings: Any, address: str, proxies: int, warnings: list[str]
) -> None:
    settings.PORTAL_URL, settings.ALLAUTH_TRUSTED_PROXY_COUNT = address, proxies

    assert [warning.id for warning in checks.visitors_have_their_own_addresses(None)] == warnings
