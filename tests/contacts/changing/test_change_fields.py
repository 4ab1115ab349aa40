"""Changing data fields on a contact's page: first shown, then sent."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry, Kind
from integrations.clients.models import ClientAccount
from integrations.klicktipp import FieldType
from tests.contacts.changing.helpers import OnPage, changes_sent, changes_told
from tests.pages import errors, words
from tests.service import Service

PART = "data/"
TOO_LONG = "x" * 65_600


def typed_as(account: ClientAccount, **types: FieldType) -> None:
    """Set the types of data fields by their IDs."""
    for field_id, kind in types.items():
        account.field_settings.update_or_create(field_id=field_id, defaults={"type": kind})


def send(page: OnPage, form: dict[str, Any], *, htmx: bool = True) -> Any:
    return page.send(f"{PART}send/", form, htmx=htmx)


def change_elsewhere(page: OnPage, **values: str) -> None:
    """Somebody else changes the contact."""
    assert send(page, page.form(PART, **values)).status_code == 200


def test_old_and_new_values_are_shown_before_anything_is_sent(dario: OnPage, service: Service) -> None:
    shown = dario.fill(PART, fieldFirstName="Reiner", fieldCity="", fieldZip="0123", fieldLastName="Jansson")
    assert "First name Dario → becomes Reiner" in words(shown)
    assert "City Bristol → becomes (empty)" in words(shown)
    assert "Zip (empty) → becomes 0123" in words(shown)
    assert "Last name" not in words(shown)
    assert "Change this contact of Harbour Lane Coffee" in words(shown)
    assert changes_sent(service.paths()) == []


def test_only_what_was_touched_is_sent(dario: OnPage, service: Service) -> None:
    answer = send(dario, dario.form(PART, fieldFirstName="Reiner", fieldLastName="Jansson", fieldCity=""))
    assert changes_sent(service.paths()) == [f"PUT /subscriber/{dario.contact_id}"]
    assert "The data fields First name and City have been changed." in answer.headers["HX-Trigger"]
    assert 'id="contact-fields" aria-labelledby="fields" data-focus' in answer.content.decode()
    fields = dario.contact().fields
    assert (fields["fieldFirstName"], fields.get("fieldCity", "")) == ("Reiner", "")


def test_the_log_names_the_fields_and_no_value(dario: OnPage, service: Service) -> None:
    send(dario, dario.form(PART, fieldFirstName="Reinhard-Otto"))
    send(dario, dario.form(PART, fieldFirstName="Dario", field10000001="Q-77-unheard"))
    assert [told.partition(" changed ")[2] for told in changes_told()[-2:]] == [
        "the data field First name of d•••@klick-tipp.team in Harbour Lane Coffee",
        "the data fields First name, Customer number of d•••@klick-tipp.team in Harbour Lane Coffee",
    ]
    everything = str(list(AuditEntry.objects.values()))
    assert "Reinhard" not in everything
    assert "unheard" not in everything
    assert "dario" not in everything


def test_the_way_without_javascript(dario: OnPage, service: Service) -> None:
    page = dario.browser.get(dario.url(PART))
    assert "<!doctype html>" in page.content.decode()
    form = dario.form(PART, fieldFirstName="Reiner")
    shown = dario.send(PART, form, htmx=False)
    assert "Dario → becomes Reiner" in words(shown)
    assert 'name="fieldFirstName" value="Reiner"' in shown.content.decode()
    again = dario.send(f"{PART}again/", form, htmx=False)
    assert again.status_code == 200
    assert again.context["form"]["fieldFirstName"].value() == "Reiner"
    answer = send(dario, form, htmx=False)
    assert (answer.status_code, answer.url) == (302, f"{dario.url()}#contact-fields")
    assert "The data field First name has been changed." in words(dario.browser.get(dario.url()))


def test_nothing_touched_is_nothing_sent(dario: OnPage, service: Service) -> None:
    answer = send(dario, dario.form(PART))
    assert "Nothing was changed, so nothing was sent." in answer.headers["HX-Trigger"]
    assert changes_sent(service.paths()) == []


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        (FieldType.DATE, "31.02.2026", "There is no such day in the calendar."),
        (FieldType.DATE, "soon", "This is not a date."),
        (FieldType.DATE_TIME, "30.02.2026 12:00", "There is no such day in the calendar."),
        (FieldType.TIME, "24:00", "There is no such time"),
        (FieldType.NUMBER, "-3", "Please type a whole number, without sign and decimals."),
        (FieldType.NUMBER, "1.000", "Please type a whole number"),
        (FieldType.DECIMAL, "1.23.4", "Please type the number without separators between thousands"),
        (FieldType.DECIMAL, "1.234", "This can be 1234 or 1.234. Please type it with two decimals: 1234.00 or 1.23."),
        (
            FieldType.DATE,
            "03/04/2026",
            "This can be 3 April 2026 or 4 March 2026. Please type 03.04.2026 or 04.03.2026.",
        ),
        (FieldType.DATE, "01.01.1970", "KlickTipp writes the beginning of 1970 like an empty field"),
        (FieldType.URL, "javascript:alert(1)", "Please start the address with http:// or https://."),
        (FieldType.URL, "example", "Please start the address with http:// or https://."),
        (FieldType.EMAIL, "nobody", "Please enter a complete email address"),
        (FieldType.LINE, "a\x07b", "This contains control characters."),
    ],
)
def test_what_no_field_of_the_type_holds_is_told_there(
    dario: OnPage, account: ClientAccount, service: Service, kind: FieldType, typed: str, told: str
) -> None:
    typed_as(account, field10000001=kind)
    answer = dario.fill(PART, field10000001=typed, fieldFirstName="Reiner")
    (error,) = errors(answer)["field10000001"]
    assert told in error
    assert answer.context["form"]["field10000001"].value() == typed
    assert answer.context["form"]["fieldFirstName"].value() == "Reiner"
    assert changes_sent(service.paths()) == []


@pytest.mark.parametrize(
    ("kind", "field_id", "typed", "shown", "stored"),
    [
        (FieldType.DECIMAL, "field10000005", "12,50", "39.90 → becomes 12.50", "12.50"),
        (FieldType.DATE, "field10000008", "2026-03-01", "08/05/2024 → becomes 01/03/2026", "1772323200"),
        (FieldType.NUMBER, "field10000004", "1,234", "3 → becomes 1234", "1234"),
        (
            FieldType.URL,
            "field10000006",
            "example.com/page",
            "https://example.com/people/3 → becomes https://example.com/page",
            "https://example.com/page",
        ),
        (FieldType.TIME, "field10000007", "08:05", "14:30 → becomes 08:05", "29100"),
    ],
)
def test_values_are_read_and_written_in_words(
    dario: OnPage, account: ClientAccount, kind: FieldType, field_id: str, typed: str, shown: str, stored: str
) -> None:
    typed_as(account, **{field_id: kind})
    assert shown in words(dario.fill(PART, **{field_id: typed}))
    send(dario, dario.form(PART, **{field_id: typed}))
    assert dario.contact().fields[field_id] == stored


def test_a_decimal_written_in_another_way_is_no_change(dario: OnPage, account: ClientAccount, service: Service) -> None:
    typed_as(account, field10000005=FieldType.DECIMAL)
    send(dario, dario.form(PART, field10000005="39,9"))
    assert changes_sent(service.paths()) == []


def test_a_value_longer_than_the_form_takes_may_stay(dario: OnPage, service: Service) -> None:
    service.fault(path=f"/subscriber/{dario.contact_id}", body=long_notes(dario), times=1)
    form = dario.form(PART, fieldFirstName="Reiner")
    page = dario.send(PART, form | {"field10000002": TOO_LONG})
    assert page.status_code == 200
    assert "Notes" not in words(page)
    assert errors(dario.send(PART, form | {"field10000002": f"{TOO_LONG}!"})).keys() == {"field10000002"}


def long_notes(page: OnPage) -> str:
    return json.dumps({"id": page.contact_id, "email": "dario@example.com", "field10000002": TOO_LONG})


# --- Two people at once ---


def test_a_field_that_somebody_else_has_changed_is_told_there(dario: OnPage, service: Service) -> None:
    mine = dario.form(PART, fieldFirstName="Reiner", fieldCity="Leeds")
    change_elsewhere(dario, fieldFirstName="Rainer")
    before = changes_sent(service.paths())

    answer = send(dario, mine)

    assert errors(answer) == {
        "fieldFirstName": ["It was “Dario” when you opened the form; in KlickTipp it is “Rainer” now."]
    }
    assert "This contact has been changed meanwhile, so nothing was sent." in words(answer)
    assert changes_sent(service.paths()) == before
    assert answer.context["form"]["fieldFirstName"].value() == "Reiner"
    assert answer.context["form"]["fieldCity"].value() == "Leeds"
    again = mine | {"action": str(answer.context["action"]), "shown": answer.context["signed"]}
    assert "Rainer → becomes Reiner" in words(dario.send(PART, again))
    assert send(dario, again).status_code == 200
    assert dario.contact().fields["fieldFirstName"] == "Reiner"


def test_another_field_of_somebody_else_stays_as_it_is(dario: OnPage) -> None:
    mine = dario.form(PART, fieldFirstName="Reiner")
    change_elsewhere(dario, fieldCity="Leeds")
    assert send(dario, mine).status_code == 200
    fields = dario.contact().fields
    assert (fields["fieldFirstName"], fields["fieldCity"]) == ("Reiner", "Leeds")


def test_the_same_change_of_somebody_else_is_not_sent_again(dario: OnPage, service: Service) -> None:
    mine = dario.form(PART, fieldFirstName="Reiner")
    change_elsewhere(dario, fieldFirstName="Reiner")
    before = changes_sent(service.paths())
    assert send(dario, mine).status_code == 200
    assert changes_sent(service.paths()) == before


def test_a_form_that_does_not_say_what_it_showed_is_not_sent(dario: OnPage, service: Service) -> None:
    answer = send(dario, dario.form(PART, fieldFirstName="Reiner") | {"shown": "forged"})
    assert answer.status_code == 422
    assert answer.context["form"]["fieldFirstName"].value() == "Reiner"
    assert changes_sent(service.paths()) == []


# --- What goes wrong ---


def test_a_second_submit_of_the_form_changes_nothing_twice(dario: OnPage, service: Service) -> None:
    form = dario.form(PART, fieldFirstName="Reiner")
    send(dario, form)
    answer = send(dario, form)
    assert "has been changed" in answer.headers["HX-Trigger"]
    assert len(changes_sent(service.paths())) == 1


def test_a_refused_value_is_told_at_its_field_and_can_be_sent_corrected(dario: OnPage, service: Service) -> None:
    answer = send(dario, dario.form(PART, field10000004="many", fieldCity="Leeds"))
    (error,) = errors(answer)["field10000004"]
    assert error.startswith("KlickTipp does not accept this value")
    assert "KlickTipp refused this; nothing was changed." in words(answer)
    assert answer.context["form"]["fieldCity"].value() == "Leeds"
    corrected = {"action": str(answer.context["action"]), "shown": answer.context["signed"], "field10000004": "4"}
    corrected["as_typed"] = "field10000004"
    assert send(dario, corrected).status_code == 200
    assert dario.contact().fields["field10000004"] == "4"


def test_after_a_refusal_the_same_form_is_not_sent_again(dario: OnPage, service: Service) -> None:
    form = dario.form(PART, field10000004="many")
    send(dario, form)
    answer = send(dario, form)
    assert "This form was sent before, so nothing was sent this time." in words(answer)
    assert len(changes_sent(service.paths())) == 1
    assert answer.context["form"]["field10000004"].value() == "many"


def test_without_an_answer_it_is_told_what_to_do(dario: OnPage, service: Service) -> None:
    form = dario.form(PART, fieldFirstName="Reiner")
    service.fault(method="PUT", close="after", times=10)
    answer = send(dario, form)
    assert answer.status_code == 422
    assert "look at the contact before you send this again" in words(answer)
    assert "Look at the contact" in words(answer)
    assert answer.context["form"]["fieldFirstName"].value() == "Reiner"


def test_a_contact_deleted_in_another_tab_is_told(dario: OnPage, service: Service) -> None:
    form = dario.form(PART, fieldFirstName="Reiner")
    dario.fill("delete/", typed="dario.jansson3@klick-tipp.team")
    for htmx in (True, False):
        answer = dario.send(f"{PART}send/", form | {"action": str(uuid4())}, htmx=htmx)
        assert answer.status_code == 422
        assert "KlickTipp has no such contact any more, so nothing was changed." in words(answer)
        assert answer.context["form"]["fieldFirstName"].value() == "Reiner"
    assert dario.browser.get(dario.url(PART)).status_code == 404


def test_after_the_change_it_is_told_when_the_contact_cannot_be_read(dario: OnPage, service: Service) -> None:
    form = dario.form(PART, fieldFirstName="Reiner")
    service.fault(method="GET", delay_ms=1)
    service.fault(method="GET", status=500, times=10)
    answer = send(dario, form)
    assert "The data field First name has been changed. It could not be read again" in words(answer)
    assert 'id="contact-fields"' in answer.content.decode()


def test_the_list_of_fields_is_loaded_where_none_is_known(browser: Client, account: ClientAccount) -> None:
    page = OnPage(browser, account)
    form = browser.get(page.url(PART)).context["form"]
    assert "Fax" in {bound.label for bound in form.empty_fields()}
    assert account.snapshots.get().kind == "fields"


def test_looking_before_a_change_is_in_the_log_as_a_look(dario: OnPage) -> None:
    dario.form(PART)
    entry = AuditEntry.objects.latest("number")
    assert (entry.kind, entry.operation, entry.sentence) == (Kind.READ, "get_contact", "contacts.opened_to_change")
