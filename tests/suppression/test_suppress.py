"""Putting somebody on the suppression list by hand, and what it keeps from being sent."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from integrations.audit.models import AuditEntry, AuditSubject, Outcome, SubjectKind
from integrations.audit.sentences import tell
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin
from integrations.suppression.models import Suppression
from integrations.suppression.services import suppression_of
from tests.contacts.adding.test_add import send
from tests.contacts.adding.test_add import send as add
from tests.factories import ClientAccountFactory
from tests.pages import errors, words
from tests.service import Service
from tests.suppression.conftest import Listed


def test_an_address_is_put_on_the_list_and_the_log_tells(browser: Client, owner: Membership, list_url: str) -> None:
    page = browser.post(f"{list_url}new/", {"address": "Rainer@klick-tipp.team", "note": "letter"}, follow=True)
    assert "is on the suppression list now." in page.content.decode()
    entry = Suppression.objects.get()
    assert (entry.label, entry.note, entry.added_by) == (
        "R•••@klick-tipp.team",
        "letter",
        f"{owner.user} <{owner.user.email}>",
    )
    logged = AuditEntry.objects.get(sentence="suppression.added")
    assert tell(logged.sentence, logged.parameters) == (
        f"{owner.user} put R•••@klick-tipp.team on the suppression list of Harbour Lane Coffee"
    )
    assert AuditSubject.objects.get(entry_id=logged.pk).hash == entry.hash


def test_twice_is_once(browser: Client, list_url: str, listed: Listed) -> None:
    listed("rainer@klick-tipp.team")
    page = browser.post(f"{list_url}new/", {"address": "RAINER@klick-tipp.team"}, follow=True)
    assert "was on the suppression list already." in page.content.decode()
    assert Suppression.objects.count() == 1


def test_a_number_without_country_code_is_shown_as_it_was_read_before_it_is_put_on_the_list(
    browser: Client, account: ClientAccount, list_url: str
) -> None:
    assert "one of the client's country (Germany)" in words(browser.get(f"{list_url}new/"))
    seen = browser.post(f"{list_url}new/", {"address": "0171 1234567", "note": "letter"})
    assert "the number was read as +49 171 1234567, as the client's country is Germany." in errors(seen)["address"][0]
    assert not Suppression.objects.exists()

    form = seen.context["form"]
    page = browser.post(f"{list_url}new/", {name: form[name].value() for name in form.fields}, follow=True)
    assert "+49 171 1234567 is on the suppression list now." in words(page)
    assert suppression_of(account, Subject(SubjectKind.SMS, "+49 171 1234567"))


@pytest.mark.parametrize("typed", ["", "rainer", "+49 1"])
def test_what_is_no_address_is_said_and_the_note_kept(browser: Client, list_url: str, typed: str) -> None:
    page = browser.post(f"{list_url}new/", {"address": typed, "note": "letter"})
    assert page.status_code == 422
    assert 'value="letter"' in page.content.decode()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("suppressed", "typed", "field"),
    [
        ("rainer@klick-tipp.team", {"email": "Rainer@Klick-Tipp.team"}, "email"),
        ("0049 171 1234567", {"email": "", "sms_number": "+49 171 1234567"}, "sms_number"),
        ("+49 171 1234567", {"email": "uta@klick-tipp.team", "sms_number": "0049 (171) 1234567"}, "sms_number"),
    ],
)
def test_who_is_on_the_list_is_not_added(
    browser: Client,
    account: ClientAccount,
    list_url: str,
    service: Service,
    suppressed: str,
    typed: dict[str, Any],
    field: str,
) -> None:
    browser.post(f"{list_url}new/", {"address": suppressed})
    page = send(browser, account, **typed)
    assert errors(page)[field][0].startswith("On the suppression list since")
    words = page.content.decode()
    assert "is on the client&#x27;s suppression list, so nothing was sent" in words
    assert "No contact was added." in words
    assert service.paths() == []
    assert not Origin.objects.exists()
    assert AuditEntry.objects.get(sentence="contacts.add").outcome == Outcome.REFUSED


def test_another_client_may_add_the_same_person(
    browser: Client, account: ClientAccount, listed: Listed, service: Service
) -> None:
    listed("rainer@klick-tipp.team")
    other = ClientAccountFactory(team=account.team, customer_key=service.customer_keys[1])
    assert send(browser, other).status_code == 302


def test_a_refused_add_leads_to_the_entry_on_the_list(
    browser: Client, account: ClientAccount, list_url: str, listed: Listed
) -> None:
    listed("rainer@klick-tipp.team")
    listed("later@klick-tipp.team")
    refused = add(browser, account, email="rainer@klick-tipp.team")
    entry = Suppression.objects.earliest("pk")
    link = f"{list_url}?before={entry.pk + 1}"
    assert f'href="{link}"' in refused.content.decode()
    assert browser.get(link).context["entries"] == [entry]
