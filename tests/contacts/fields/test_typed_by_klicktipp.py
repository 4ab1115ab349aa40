"""Types of data fields that KlickTipp tells."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from integrations.audit.models import AuditEntry
from integrations.clients.calls import refused_operations
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.fields.first_guesses import guess_types
from integrations.contacts.fields.types import types_of
from integrations.contacts.models import FieldSetting
from integrations.klicktipp import FieldType
from tests.contacts.adding.test_add import url
from tests.factories import actor
from tests.pages import html, words
from tests.service import Service

TOLD = {
    "fieldFirstName": {"name": "First name", "type": "line"},
    "field1": {"name": "Order total", "type": "Decimal Number"},
    "field2": {"name": "Next appointment", "type": "date_time"},
    "field3": {"name": "Mood", "type": "telepathy"},
}


@pytest.fixture
def telling(account: ClientAccount, service: Service) -> Service:
    """KlickTipp tells the types of data fields."""
    caches["lists"].clear()
    service.fault(path="/field", always=True, body=json.dumps(TOLD))
    return service


def asked_for_fields(service: Service) -> list[str]:
    return [path for path in service.paths() if path.startswith("GET /field")]


def test_the_types_come_with_the_list_and_forms_follow_them(
    browser: Client, account: ClientAccount, telling: Service
) -> None:
    page = browser.get(url(account, "fields/"))

    assert "KlickTipp tells which type a data field has." in words(page)
    assert "as in KlickTipp: Decimal number" in words(page)
    types = types_of(account)
    assert (types["field1"], types["field2"], types["field3"]) == ("decimal", "date_time", "line")
    control = browser.post(url(account, "add/field/"), {"further_field": "field2"}, headers={"HX-Request": "true"})
    assert 'type="datetime-local" name="field2"' in html(control)
    assert AuditEntry.objects.get(operation="list_typed_fields").answer == {"count": 4}


def test_what_a_person_has_set_counts_and_can_be_taken_back(
    browser: Client, account: ClientAccount, telling: Service
) -> None:
    browser.get(url(account, "fields/"))
    for chosen, counts in (("number", FieldType.NUMBER), ("", FieldType.DECIMAL)):
        page = browser.post(url(account, "fields/types/"), {"field1": chosen, "initial-field1": "?"}, follow=True)
        assert types_of(account)["field1"] is counts
        assert "as in KlickTipp: Decimal number" in words(page)
    assert "Order total: the type is now “Decimal number”." in words(page)


@pytest.mark.parametrize("status", [404, 405])
def test_a_service_that_does_not_tell_is_not_asked_again_for_a_day(
    browser: Client, account: ClientAccount, service: Service, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches["lists"].clear()
    service.fault(path="/field", status=status)

    page = browser.get(url(account, "fields/"))
    assert "KlickTipp does not tell which type a data field has." in words(page)
    assert "Order total" in words(page)
    assert len(asked_for_fields(service)) == 2
    load(account, ReferenceKind.FIELDS, actor())
    assert len(asked_for_fields(service)) == 3

    monkeypatch.setattr(refused_operations, "LASTS", timedelta(seconds=-1))
    refused_operations.remember_refusal(account, "list_typed_fields")
    service.fault(path="/field", status=200, body=json.dumps(TOLD))
    load(account, ReferenceKind.FIELDS, actor())
    assert types_of(account)["field1"] is FieldType.DECIMAL


def test_what_keeps_everything_from_working_is_no_refusal_of_the_operation(
    account: ClientAccount, service: Service
) -> None:
    caches["lists"].clear()
    service.fault(path="/field", always=True, status=403)
    assert load(account, ReferenceKind.FIELDS, actor()).error is not None
    assert not refused_operations.is_refused(account, "list_typed_fields")
    assert len(asked_for_fields(service)) == 1


def test_a_new_client_gets_guesses_where_klicktipp_does_not_tell(account: ClientAccount, service: Service) -> None:
    guess_types.enqueue(account.pk)
    assert FieldSetting.objects.filter(account=account).count() > 5
    told = AuditEntry.objects.filter(operation="get_contacts").latest("number")
    assert (told.sentence, told.actor_label) == ("contacts.fields_guessed", "the portal")


def test_no_contact_is_looked_at_where_klicktipp_tells(account: ClientAccount, telling: Service) -> None:
    guess_types.enqueue(account.pk)
    assert asked_for_fields(telling) == telling.paths()


def test_storing_a_key_asks_for_guesses_later(
    account: ClientAccount, service: Service, django_capture_on_commit_callbacks: Any
) -> None:
    from tests.factories import store_key

    with django_capture_on_commit_callbacks(execute=True):
        store_key(account, service.customer_keys[0])
    assert account.snapshots.filter(kind=ReferenceKind.FIELDS, fetched_at__lte=timezone.now()).exists()
