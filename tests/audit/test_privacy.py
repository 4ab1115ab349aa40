"""What the log keeps: allow-lists, masked labels and keyed hashes, never the data of a contact."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.audit.allowed import kept_answer, kept_error, kept_parameters, kept_request, scrub
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject, hash_subject, newest_key_version, search_hashes
from integrations.klicktipp import OPERATIONS, Rejected


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("The address rainer@klick-tipp.team is blocked.", "The address ••• is blocked."),
        ("Unbekannt: <Rainer.Muster+x@klick-tipp.team>", "Unbekannt: <•••>"),
        ("Call +49 (151) 1234-5678 now", "Call ••• now"),
        ("Invalid value 'Zwiesel' in field City", "Invalid value '•••' in field City"),
        ("Invalid value zwiesel", "Invalid value •••"),
        ("Zwieselberg is another word", "Zwieselberg is another word"),
        ('bad "rolf meier"@example.com', "bad •••"),
        ("rolf%40example.com and 0171_4567890", "••• and •••"),
        ("Error 406 in field 12", "Error 406 in field 12"),
    ],
)
def test_text_of_the_service_is_scrubbed(text: str, scrubbed: str) -> None:
    assert scrub(text, ["Zwiesel"]) == scrubbed


def test_long_text_is_cut() -> None:
    assert len(scrub("x" * 5_000)) == 200


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_operation_keeps_contact_data_or_secrets(operation: str) -> None:
    arguments: dict[str, Any] = {name: f"secret-{name}" for name in OPERATIONS[operation].arguments} | {
        "fields": {"fieldFirstName": "secret-value"}
    }
    for safe in ("optin_process_id", "tag_id", "contact_id", "field_id"):
        arguments.pop(safe, None)
    kept = repr(kept_request(operation, arguments))
    for name in ("email", "sms_number", "new_email", "new_sms_number", "value", "text", "api_key", "password"):
        assert f"secret-{name}" not in kept


def test_an_operation_without_a_list_keeps_nothing() -> None:
    assert kept_answer("signin", "https://klick-tipp.team/thanks?email=rainer@klick-tipp.team") == {}


@pytest.mark.parametrize("echo", ["Rolf", "rolf", "ROLF", "rolf@example.com", "+49 171 4567890", "rolf%40example.com"])
def test_what_the_service_echoes_of_a_contact_is_not_kept(echo: str) -> None:
    arguments = {"email": "rolf@example.com", "sms_number": "+491714567890", "fields": {"fieldFirstName": "Rolf"}}
    error = Rejected("add_or_update_contact", status=406, code=8, value="Rolf", reason=f"{echo} is bad", message=echo)
    kept = kept_error(error, arguments)
    assert (kept["reason"], kept["message"]) == ("••• is bad", "•••")


def test_of_an_error_the_meaning_and_the_fields_name_are_kept() -> None:
    error = Rejected(
        "add_or_update_contact",
        status=406,
        code=8,
        name="fieldCity",
        value="Zwiesel",
        reason="Zwiesel is no city, ask rainer@klick-tipp.team",
    )
    assert kept_error(error, {"fields": {"fieldCity": "Zwiesel"}}) == {
        "problem": str(error.problem),
        "field": "fieldCity",
        "reason": "••• is no city, ask •••",
    }


@pytest.mark.parametrize(
    ("kind", "value", "label"),
    [
        (SubjectKind.EMAIL, " Rainer@Klick-Tipp.team ", "R•••@Klick-Tipp.team"),
        (SubjectKind.EMAIL, "a@b", "a•••@b"),
        (SubjectKind.SMS, "+49 151 12345678", "0049•••78"),
        (SubjectKind.SMS, "004915112345678", "0049•••78"),
        (SubjectKind.SMS, "12345", "•••"),
        (SubjectKind.EMAIL, "rolf.meier", "•••"),
        (SubjectKind.CONTACT, "4711", "4711"),
    ],
)
def test_labels_are_masked(kind: SubjectKind, value: str, label: str) -> None:
    assert Subject(kind, value).label == label


@pytest.mark.parametrize(
    ("kind", "one", "same"),
    [
        (SubjectKind.EMAIL, "rainer@klick-tipp.team", " RAINER@klick-tipp.team "),
        (SubjectKind.SMS, "+49 151 12345678", "004915112345678"),
    ],
)
def test_spellings_of_one_person_have_one_hash(kind: SubjectKind, one: str, same: str) -> None:
    assert hash_subject(Subject(kind, one), 7, 1) == hash_subject(Subject(kind, same), 7, 1)


def test_teams_and_kinds_have_hashes_of_their_own() -> None:
    person = Subject(SubjectKind.CONTACT, "4711")
    assert hash_subject(person, 7, 1) != hash_subject(person, 8, 1)
    assert hash_subject(person, 7, 1) != hash_subject(Subject(SubjectKind.SMS, "4711"), 7, 1)


def test_a_new_key_version_still_finds_older_entries(settings: Any) -> None:
    person = Subject(SubjectKind.EMAIL, "rainer@klick-tipp.team")
    before = hash_subject(person, 7, newest_key_version())
    settings.AUDIT_HASH_KEYS = ["ab" * 32, *settings.AUDIT_HASH_KEYS]
    assert newest_key_version() == 2
    assert before in search_hashes(person, 7)
    assert hash_subject(person, 7, 2) != before


@given(st.emails())
def test_no_address_can_be_read_from_its_label(address: str) -> None:
    local = address.rpartition("@")[0]
    shown = Subject(SubjectKind.EMAIL, address).label.rpartition("@")[0]
    assert shown == f"{local[0]}•••"


def test_names_of_an_action_take_little_of_each_of_its_entries_whatever_they_are_written_in() -> None:
    for character in ("a", "ä", "\U0001f600"):
        tags = [{"id": number, "name": character * 250} for number in range(8)]
        assert len(json.dumps(kept_parameters({"tags": tags}))) < 3_000, character
    few = {"tags": [{"id": 1, "name": "\U0001f600" * 150}]}
    assert kept_parameters(few) == few
