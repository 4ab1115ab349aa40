"""What the service stores in a form of its own, as people read it and send it back."""

import json

from integrations.clients.models import ClientAccount
from integrations.klicktipp import FieldType, KlickTipp
from tests.contacts.changing.helpers import OnPage, changes_sent
from tests.contacts.changing.test_change_fields import PART, send, typed_as
from tests.pages import words
from tests.service import Service

STORED = {"fieldFirstName": "J&ouml;rg", "fieldLastName": "M&uuml;ller &amp; S&ouml;hne", "fieldCity": "&amp;uuml;"}


def test_entities_are_read_once_in_names_and_fields(dario: OnPage, api: KlickTipp) -> None:
    api.update_contact(dario.contact_id, fields=STORED)
    page = dario.browser.get(dario.url())
    assert page.context["contact"].name == "Jörg Müller & Söhne"
    assert {field.id: field.value for field in page.context["contact"].fields}["fieldCity"] == "&uuml;"


def test_a_field_with_entities_is_sent_only_where_it_was_changed_and_as_it_reads(
    dario: OnPage, api: KlickTipp, service: Service
) -> None:
    api.update_contact(dario.contact_id, fields=STORED)
    form = dario.form(PART)
    shown = dario.browser.get(dario.url(PART)).context["form"]
    as_shown = {name: shown[name].value() for name in STORED}
    before = changes_sent(service.paths())
    send(dario, form | as_shown)
    assert changes_sent(service.paths()) == before

    send(dario, form | as_shown | {"fieldLastName": "Müller & Tochter"})
    assert dario.contact().fields["fieldLastName"] == "Müller & Tochter"
    assert dario.contact().fields["fieldFirstName"] == STORED["fieldFirstName"]


def test_a_date_that_was_never_set_is_an_empty_field(dario: OnPage, account: ClientAccount, service: Service) -> None:
    typed_as(account, field10000008=FieldType.DATE, field10000009=FieldType.DATE_TIME)
    stored = {"field10000008": "0", "field10000009": "0000-00-00 00:00:00", "fieldBirthday": "0"}
    contact = json.dumps({"id": dario.contact_id, "email": "dario@example.com", **stored})
    service.fault(path=f"/subscriber/{dario.contact_id}", body=contact, always=True)

    page = dario.browser.get(dario.url())
    assert page.context["contact"].fields == []
    assert {"Customer since", "Next appointment", "Birthday (date)"} <= set(page.context["contact"].empty_fields)
    form = dario.browser.get(dario.url(PART)).context["form"]
    assert form.filled_fields() == []
    assert "Nothing was changed" in send(dario, dario.form(PART)).headers["HX-Trigger"]


def test_phone_numbers_read_as_people_write_them(dario: OnPage, api: KlickTipp) -> None:
    api.update_contact(dario.contact_id, fields={"fieldPhone": "+4915112345678", "fieldFax": "030/1234"})
    page = dario.browser.get(dario.url())
    assert "Phone +49 1511 2345678" in words(page)
    assert "Fax 0301234" in words(page)


def test_a_number_without_country_code_is_shown_with_it_before_it_is_sent(dario: OnPage, service: Service) -> None:
    preview = dario.fill(PART, fieldPhone="0171 1234567", fieldLeadValue="007")
    assert "Phone (empty) → becomes +49 171 1234567" in words(preview)
    assert "→ becomes 007" in words(preview)
    send(dario, dario.form(PART, fieldPhone="0171 1234567", fieldLeadValue="007"))
    fields = dario.contact().fields
    assert (fields["fieldPhone"], fields["fieldLeadValue"]) == ("00491711234567", "007")
    seen = dario.fill("sms/", address="0171 1234567")
    assert seen.context["form"]["address"].value() == "+49 171 1234567"
    assert "was read as +49 171 1234567, as the client's country is Germany." in words(seen)
