"""What KlickTipp really answers, in forms that no table of codes has: through the page, with the truth about whether it
happened, the form kept, and the log right."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from integrations.audit.models import AuditEntry, Kind
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, Connection, ReferenceKind
from tests.contacts.adding.test_add import send as add
from tests.contacts.changing.helpers import ADDRESS, OnPage
from tests.contacts.showing.test_find import find
from tests.contacts.showing.test_find import url as contacts_url
from tests.factories import actor
from tests.pages import main_words
from tests.service import Service
from tests.tags.helpers import new_form, opened_form

Page = Any
NO_CONTACT = ["Der Kontakt existiert nicht."]
NO_TAG = ["Tag konnte nicht erstellt werden."]
IN_USE = ["Der Tag wird von der Kampagne „Willkommen“ verwendet."]


@dataclass
class Visit:
    """Somebody at the pages of a client account."""

    browser: Client
    account: ClientAccount

    def tags_url(self, rest: str = "") -> str:
        return f"/t/{self.account.team.slug}/clients/{self.account.slug}/tags/{rest}"

    def tag(self, name: str = "VIP") -> int:
        items = load(self.account, ReferenceKind.TAGS, actor()).items
        return int(next(item["id"] for item in items if item["name"] == name))

    def create_tag(self) -> Page:
        return self.browser.post(self.tags_url("new/"), new_form(name="Herbst"))

    def rename_tag(self) -> Page:
        page = self.tags_url(f"{self.tag()}/")
        return self.browser.post(page, opened_form(self.browser, page, name="Herbst"))

    def delete_tag(self) -> Page:
        page = self.tags_url(f"{self.tag()}/delete/")
        return self.browser.post(page, opened_form(self.browser, page, typed_name="VIP"))

    def count(self) -> Page:
        return self.browser.get(self.tags_url(f"{self.tag()}/count/"))

    def add(self) -> Page:
        return add(self.browser, self.account, fieldFirstName="Rainer")

    def change(self) -> Page:
        return self._on_page("email/", address="new@klick-tipp.team")

    def unsubscribe(self) -> Page:
        return self._on_page("unsubscribe/")

    def delete(self) -> Page:
        return self._on_page("delete/", typed=ADDRESS)

    def add_tags(self) -> Page:
        return self._on_page("tags/add/", tags=[str(self.tag())])

    def remove_tag(self) -> Page:
        tag_id = str(self.tag("Newsletter"))
        on_page = OnPage(self.browser, self.account)
        form = {"action": str(uuid4()), "tag_id": tag_id}
        return on_page.send("tags/remove/", form, htmx=False)

    def change_field(self) -> Page:
        on_page = OnPage(self.browser, self.account)
        return on_page.send("data/send/", on_page.form("data/", fieldFirstName="Rainer"), htmx=False)

    def _on_page(self, part: str, **typed: Any) -> Page:
        on_page = OnPage(self.browser, self.account)
        return on_page.send(part, on_page.form(part, **typed), htmx=False)


@dataclass(frozen=True)
class Case:
    """What is done, what KlickTipp answers to it, and what the page and the log then say. `kept` is what was typed."""

    do: Callable[[Visit], Page]
    call: str
    status: int
    answer: Any
    says: tuple[str, ...]
    outcome: str = "refused"
    kept: str = ""
    says_in_german: tuple[str, ...] = ()


CASES = {
    "a tag that cannot be made": Case(
        Visit.create_tag,
        "POST /tag",
        406,
        NO_TAG,
        ("KlickTipp does not take this tag.", "In KlickTipp's words: Tag konnte nicht erstellt werden."),
        kept='value="Herbst"',
        says_in_german=("KlickTipp nimmt diesen Tag nicht an.", "KlickTipp sagt dazu:"),
    ),
    "a tag whose name is taken": Case(
        Visit.create_tag, "POST /tag", 409, ["Gibt es."], ("The name is taken already.", "Gibt es."), kept="Herbst"
    ),
    "a new tag, told by an object": Case(
        Visit.create_tag, "POST /tag", 200, {"tagid": "4711"}, ("The tag Herbst has been created.",), "done"
    ),
    "a new tag without its id": Case(
        Visit.create_tag,
        "POST /tag",
        200,
        "",
        ("It may have happened all the same",),
        "unknown",
        'value="Herbst"',
        ("Es kann trotzdem geschehen sein",),
    ),
    "an error with status 200": Case(
        Visit.create_tag, "POST /tag", 200, {"error": "Nein."}, ("does not take this tag", "Nein."), kept="Herbst"
    ),
    "a new name that is not taken": Case(
        Visit.rename_tag, "PUT", 406, NO_TAG, ("does not take this tag", NO_TAG[0]), kept='value="Herbst"'
    ),
    "a tag in use, told in words": Case(
        Visit.delete_tag,
        "DELETE",
        406,
        IN_USE,
        ("The tag is in use in KlickTipp, so it was not deleted.", IN_USE[0]),
        kept='value="VIP"',
        says_in_german=("noch verwendet und wurde deshalb nicht gelöscht", IN_USE[0]),
    ),
    "a tag in use, told by a code": Case(
        Visit.delete_tag, "DELETE", 406, {"error": 15}, ("The tag is in use in KlickTipp", "Error code 15"), kept="VIP"
    ),
    "a tag in use, told by 409": Case(
        Visit.delete_tag, "DELETE", 409, IN_USE, ("The tag is in use in KlickTipp", IN_USE[0]), kept="VIP"
    ),
    "a tag deleted, without a body": Case(
        Visit.delete_tag, "DELETE", 200, "", ("The tag VIP has been deleted.",), "done"
    ),
    "a tag deleted, told by a number": Case(
        Visit.delete_tag, "DELETE", 200, ["1"], ("The tag VIP has been deleted.",), "done"
    ),
    "no contact has the tag": Case(Visit.count, "POST /subscriber/tagged", 404, "", ("0",), "done"),
    "an address blocked for good": Case(
        Visit.add,
        "POST /subscriber",
        406,
        {"error": 10},
        ("KlickTipp has not saved the contact and does not say why.", "It may block this address for good"),
        kept='value="Rainer"',
        says_in_german=("hat den Kontakt nicht gespeichert und sagt nicht, warum",),
    ),
    "words beside a vague code": Case(
        Visit.add,
        "POST /subscriber",
        406,
        {"error": 10, "error_message": "Diese Adresse ist gesperrt."},
        ("In KlickTipp's words: Diese Adresse ist gesperrt.",),
        kept='value="Rainer"',
    ),
    "words that no code explains": Case(
        Visit.add,
        "POST /subscriber",
        400,
        ["Zu viel."],
        ("No contact was added.", "In KlickTipp's words: Zu viel."),
        kept="Rainer",
    ),
    "a refusal without anything": Case(
        Visit.add, "POST /subscriber", 406, "", ("No contact was added.", "KlickTipp has refused this."), kept="Rainer"
    ),
    "a missing address as 401": Case(
        Visit.add,
        "POST /subscriber",
        401,
        {"error": 32},
        ("neither an email address nor an SMS number has arrived.", "Error code 32"),
        kept='value="Rainer"',
        says_in_german=("weder eine E-Mail-Adresse noch eine SMS-Nummer",),
    ),
    "an add that tells the id alone": Case(
        Visit.add, "POST /subscriber", 200, {"id": 4711}, ("rainer@klick-tipp.team has been added.", "4711"), "done"
    ),
    "an add in unknown shapes": Case(
        Visit.add,
        "POST /subscriber",
        200,
        {"id": "4711", "tags": {"0": "1", "2": None}, "smart_tags": [7], "fieldCity": [], "date": None},
        ("rainer@klick-tipp.team has been added.",),
        "done",
    ),
    "an add that is an error with status 200": Case(
        Visit.add, "POST /subscriber", 200, {"error": 4}, ("The email address is unsubscribed",), kept="Rainer"
    ),
    "a contact gone before its change": Case(
        Visit.change,
        "PUT",
        406,
        NO_CONTACT,
        ("KlickTipp has no such contact any more, so nothing was changed.", "deleted in KlickTipp meanwhile"),
        kept="new@klick-tipp.team",
        says_in_german=("KlickTipp hat diesen Kontakt nicht mehr",),
    ),
    "a change done, told by a number": Case(Visit.change, "PUT", 200, [1], (), "done"),
    "tags that are not set, told in words": Case(
        Visit.add_tags, "POST /subscriber/tag", 406, ["Nein."], ("KlickTipp has refused this.", "Nein.")
    ),
    "tags set, told by a number": Case(Visit.add_tags, "POST /subscriber/tag", 200, [1], ("has been tagged",), "done"),
    "tags set, without a body": Case(Visit.add_tags, "POST /subscriber/tag", 200, "", ("has been tagged",), "done"),
    "tags perhaps set": Case(
        Visit.add_tags, "POST /subscriber/tag", 200, [False], ("It may have happened all the same",), "unknown"
    ),
    "a tag that is not taken off, told in words": Case(
        Visit.remove_tag, "POST /subscriber/untag", 409, ["Nein."], ("KlickTipp has refused this.", "Nein.")
    ),
    "a value that is not taken, told by 7": Case(
        Visit.change_field,
        "PUT",
        406,
        {"error": 7, "error_message": "Falsches Format."},
        ("KlickTipp does not accept the value of a data field.", "Error code 7"),
        kept='value="Rainer"',
    ),
    "a value that is not taken, with status 200": Case(
        Visit.change_field,
        "PUT",
        200,
        {"error": 8, "field": "First name", "name": "fieldFirstName", "reason": "Nein."},
        ("Nein.",),
        kept='value="Rainer"',
    ),
    "a contact gone before unsubscribing": Case(
        Visit.unsubscribe,
        "POST /subscriber/unsubscribe",
        406,
        NO_CONTACT,
        ("changed or deleted meanwhile", "In KlickTipp's words: Der Kontakt existiert nicht."),
    ),
    "a contact gone before deleting": Case(
        Visit.delete, "DELETE", 406, NO_CONTACT, ("KlickTipp has no such contact any more",), kept=ADDRESS
    ),
    "a contact that is not deleted": Case(
        Visit.delete, "DELETE", 409, ["Gesperrt."], ("KlickTipp has refused this.", "Gesperrt."), kept=ADDRESS
    ),
    "a contact deleted, without a body": Case(
        Visit.delete, "DELETE", 200, "", (f"{ADDRESS} has been deleted.",), "done"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_page_and_the_log_tell_what_happened(
    case: Case, browser: Client, account: ClientAccount, service: Service
) -> None:
    def answered() -> Page:
        method, _, path = case.call.partition(" ")
        body = case.answer if case.answer == "" else json.dumps(case.answer)
        where = {"method": method} | ({"path": path} if path else {})
        service.fault(**where, status=case.status, body=body)
        page = case.do(Visit(browser, account))
        return browser.get(page.url) if page.status_code == 302 else page

    page = answered()

    told = main_words(page)
    for words in case.says:
        assert words in told, told
    assert "Error: –" not in told
    assert case.kept in page.content.decode()
    entry = AuditEntry.objects.exclude(operation="").filter(status=case.status).exclude(kind=Kind.READ).last()
    if entry is not None:
        assert entry.outcome == case.outcome
        assert "@" not in json.dumps(entry.answer)
    account.refresh_from_db()
    assert account.connection != Connection.REFUSED
    if case.says_in_german:
        browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
        with translation.override("de"):
            told = main_words(answered())
        for words in case.says_in_german:
            assert words in told, told


def test_an_address_that_is_searched_in_vain_is_not_found_whatever_the_status(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    for status, body in ((404, ""), (404, '["Nein."]'), (406, '{"error": 7}'), (406, '{"error": 4}'), (200, "[]")):
        service.fault(path="/subscriber/search", status=status, body=body)
        page = find(browser, account, "nobody@klick-tipp.team")
        assert "nobody@klick-tipp.team" in main_words(page), (status, body)
        assert AuditEntry.objects.latest("number").outcome == "done", (status, body)


def test_a_contact_that_is_another_one_is_nobodys_page(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/subscriber/1", body='{"id": "2", "email": "somebody.else@klick-tipp.team"}')
    page = browser.get(contacts_url(account, "1/"))
    assert page.status_code == 422
    assert "somebody.else" not in page.content.decode()
    assert "cannot be understood" in main_words(page)
