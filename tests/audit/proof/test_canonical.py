"""The canonical form of an entry: everything it says, in RFC 8785, the same for ever."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.proof.canonical import COLUMNS, UnknownVersion, leaf, leaf_of
from tests.audit.proof.helpers import begin, happen

ENTRY: dict[str, Any] = {
    "id": UUID("0b9b3a2e-7d1f-4d2c-9c2a-0a0a0a0a0a01"),
    "version": 1,
    "team_id": 7,
    "number": 12,
    "account_number": 5,
    "action": UUID("0b9b3a2e-7d1f-4d2c-9c2a-0a0a0a0a0a02"),
    "sentence": "contacts.added",
    "parameters": {"contact": "a•••@example.org", "account": "Café “Zwölf”"},
    "call": UUID("0b9b3a2e-7d1f-4d2c-9c2a-0a0a0a0a0a03"),
    "attempt": 1,
    "reference": "",
    "actor_id": 4,
    "actor_label": "Alex <alex@example.com>",
    "account_id": 3,
    "account_label": "Café “Zwölf”",
    "source": "page",
    "ip": None,
    "key_last_four": "abcd",
    "key_owner": "shared",
    "kind": "change",
    "operation": "add_or_update_contact",
    "method": "POST",
    "path": "/subscriber",
    "request": {"tag_id": 5},
    "started_at": datetime(2026, 11, 26, 17, 35, 19, 123, tzinfo=UTC),
    "outcome": "done",
    "duration": timedelta(seconds=1, microseconds=5),
    "status": 200,
    "code": None,
    "detail": None,
    "answer": {"contact_id": "4711"},
}
SUBJECTS = [("email", "a•••@example.org", "b" * 64, 1), ("contact", "4711", "a" * 64, 1)]
FORM = (
    '{"account_id":3,"account_label":"Café “Zwölf”","account_number":5,'
    '"action":"0b9b3a2e-7d1f-4d2c-9c2a-0a0a0a0a0a02","actor_id":4,"actor_label":"Alex <alex@example.com>",'
    '"answer":{"contact_id":"4711"},"attempt":1,"call":"0b9b3a2e-7d1f-4d2c-9c2a-0a0a0a0a0a03","code":null,"detail":null,'
    '"duration":1000005,"id":"0b9b3a2e-7d1f-4d2c-9c2a-0a0a0a0a0a01","ip":null,"key_last_four":"abcd",'
    '"key_owner":"shared","kind":"change","method":"POST","number":12,"operation":"add_or_update_contact",'
    '"outcome":"done","parameters":{"account":"Café “Zwölf”","contact":"a•••@example.org"},"path":"/subscriber",'
    '"reference":"","request":{"tag_id":5},"sentence":"contacts.added","source":"page",'
    '"started_at":"2026-11-26T17:35:19.000123Z","status":200,"subjects":['
    f'{{"hash":"{"a" * 64}","key_version":1,"kind":"contact","label":"4711"}},'
    f'{{"hash":"{"b" * 64}","key_version":1,"kind":"email","label":"a•••@example.org"}}],"team_id":7,"version":1}}'
)


def test_the_form_stays_what_it_was() -> None:
    """Whoever changes it makes every proof worthless: give a new form a new version."""
    assert leaf_of(ENTRY, SUBJECTS).decode() == FORM
    assert leaf_of(ENTRY, reversed(SUBJECTS)).decode() == FORM


def test_every_column_is_told() -> None:
    assert {field.attname for field in AuditEntry._meta.concrete_fields} == set(COLUMNS) == set(ENTRY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_an_entry_keeps_has_a_form_and_it_is_rfc_8785s(kept: dict[str, Any]) -> None:
    form = leaf_of(ENTRY | {"answer": kept}, SUBJECTS)
    assert rfc8785.dumps(json.loads(form, parse_int=float)) == form


def test_what_json_has_no_words_for_stands_as_text() -> None:
    odd = {"half": "\ud83d", "large": 2**53, "small": -(2**53), "whole": "😀", "exact": 2**53 - 1, "real": 1.5}
    told = json.loads(leaf_of(ENTRY | {"answer": odd}, []))["answer"]
    assert told == {
        "half": "\ufffd",
        "large": str(2**53),
        "small": str(-(2**53)),
        "whole": "😀",
        "exact": 2**53 - 1,
        "real": 1.5,
    }


@pytest.mark.django_db
def test_an_entry_of_the_database_has_the_same_form_however_it_was_read() -> None:
    happen()
    entry = AuditEntry.objects.get()
    told = json.loads(leaf(entry))
    assert told["id"] == str(entry.pk)
    assert told["duration"] == 0
    assert [subject["kind"] for subject in told["subjects"]] == ["email"]
    assert "ada@" not in leaf(entry).decode()


@pytest.mark.django_db
def test_there_is_no_form_of_what_is_under_way_or_of_another_version() -> None:
    with pytest.raises(ValueError, match="under way"):
        leaf(begin())
    with pytest.raises(UnknownVersion):
        leaf_of(ENTRY | {"version": 2}, [])
    assert leaf_of(ENTRY | {"outcome": Outcome.DONE}, SUBJECTS).decode() == FORM
