"""Tagging contacts by pasted addresses, spoken to over Django's client; KlickTipp is the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit import recorder
from integrations.audit.models import AuditEntry, AuditSubject, Outcome, SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients.calls import gateway
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, Connection, ReferenceKind, ReferenceSnapshot
from integrations.clients.sentences import KEY_TESTED
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress
from tests.factories import MembershipFactory, actor, errand
from tests.pages import Page, errors, html, main_words, words
from tests.service import Service
from tests.tags.helpers import told_changes

Url = Callable[..., str]


@pytest.fixture
def contacts(account: ClientAccount) -> list[str]:
    """Addresses of sixty contacts that the sandbox has."""
    jobs = [lambda api, n=n: api.add_or_update_contact(f"person{n}@klick-tipp.team") for n in range(60)]
    list(gateway.at_once(account, Action(KEY_TESTED, actor(), {"key": "abcd"}), jobs))
    return [f"person{n}@klick-tipp.team" for n in range(60)]


@pytest.fixture
def send(browser: Client, url: Url, tag_ids: dict[str, int], service: Service) -> Callable[..., Page]:
    """Sends the form; `tags` by name."""

    def send(addresses: str | list[str], tags: tuple[str, ...] = ("Newsletter",), **typed: Any) -> Page:
        text = addresses if isinstance(addresses, str) else "\n".join(addresses)
        ids = [tag_ids.get(name, name) for name in tags]
        return browser.post(url("tagging/"), {"action": str(uuid4()), "addresses": text, "tags": ids, **typed})

    return send


@pytest.fixture
def leave_out(browser: Client, url: Url) -> Callable[..., Page]:
    """Presses the button that leaves addresses out of a form that was refused; what was meant is in a hidden field."""

    def leave_out(page: Page, what: str) -> Page:
        form = page.context["form"].data.copy()
        assert f'name="leave_out" value="{what}"' in html(page)
        form["leave_out"] = what
        return browser.post(url("tagging/leave-out/"), form)

    return leave_out


def calls(service: Service, path: str = "/subscriber/tag") -> int:
    return service.paths().count(f"POST {path}")


def outcomes(page: Page) -> dict[str, str]:
    assert page.status_code == 200, html(page)
    return {contact.address: contact.outcome for contact in page.context["tagging"].contacts}


def has_tag(account: ClientAccount, address: str, tag_id: int) -> bool:
    api = gateway.connect(account, Action(KEY_TESTED, actor(), {"key": "abcd"}))
    return tag_id in api.get_contact(api.find_contact(address) or "").manual_tags


def test_the_form_offers_the_tags_of_now(browser: Client, account: ClientAccount, url: Url) -> None:
    page = browser.get(url("tagging/"))
    assert "data-tag-picker" in html(page)
    assert "Tag contacts of Harbour Lane Coffee" in html(page)
    assert "Setting a tag can start campaigns" in html(page)
    assert "contacts that have just an SMS number cannot be tagged here" in html(page)


def test_fifty_contacts_get_two_tags(
    send: Callable[..., Page], account: ClientAccount, contacts: list[str], tag_ids: dict[str, int], service: Service
) -> None:
    page = send(contacts[:50], ("Newsletter", "VIP"))
    assert set(outcomes(page).values()) == {Outcome.DONE}
    assert "50 of 50 contacts tagged." in html(page)
    assert calls(service) == 50
    assert has_tag(account, contacts[49], tag_ids["VIP"])
    assert told_changes()[-1].endswith("tagged 50 contacts of Harbour Lane Coffee with Newsletter, VIP")
    entries = AuditEntry.objects.filter(operation="tag_contact")
    assert {tuple(entry.request["tag_ids"]) for entry in entries} == {(tag_ids["Newsletter"], tag_ids["VIP"])}
    subjects = AuditSubject.objects.filter(entry_id__in=entries.values("id"))
    assert subjects.count() == subjects.values("hash").distinct().count() == 50


def test_one_contact_is_told_by_its_masked_address(send: Callable[..., Page], contacts: list[str]) -> None:
    assert "1 of 1 contact tagged." in html(send(contacts[0]))
    assert told_changes()[-1].endswith("tagged p•••@klick-tipp.team of Harbour Lane Coffee with Newsletter")


def test_tags_are_removed_one_by_one(
    send: Callable[..., Page], account: ClientAccount, contacts: list[str], tag_ids: dict[str, int], service: Service
) -> None:
    send(contacts[:3], ("Newsletter", "VIP"))
    page = send(contacts[:3], ("Newsletter", "VIP"), removes="1")
    assert set(outcomes(page).values()) == {Outcome.DONE}
    assert "3 of 3 contacts done." in html(page)
    assert calls(service, "/subscriber/untag") == 6
    assert not has_tag(account, contacts[0], tag_ids["VIP"])
    assert told_changes()[-1].endswith("took Newsletter, VIP from 3 contacts of Harbour Lane Coffee")


def test_a_pasted_list_with_names_and_duplicates(send: Callable[..., Page], contacts: list[str]) -> None:
    page = send(f'"Person, Zero" <{contacts[0]}>; {contacts[0].upper()}, mailto:{contacts[1]}\n{contacts[1]}')
    assert outcomes(page) == {contacts[0]: Outcome.DONE, contacts[1]: Outcome.DONE}
    assert "2 addresses that came again" in html(page)


def test_the_rows_of_a_table_are_tagged_and_what_is_no_address_is_said(
    send: Callable[..., Page], contacts: list[str]
) -> None:
    rows = f'E-Mail;Vorname;Ort\n"{contacts[0]}";"Anna; geb. Meier";Köln\nSeite 2\n{contacts[1]};Bo;Köln'
    page = send(rows)
    assert outcomes(page) == {contacts[0]: Outcome.DONE, contacts[1]: Outcome.DONE}
    assert "Not used: 7 entries without an email address" in words(page)
    assert "Anna; geb. Meier Köln" in words(page)


def test_who_is_suppressed_is_told_while_addresses_are_typed_without_a_call(
    browser: Client, account: ClientAccount, contacts: list[str], service: Service, url: Url
) -> None:
    suppress(errand(account), [Subject(SubjectKind.EMAIL, contacts[1])], Reason.ENTERED)
    calls, typed = len(service.paths()), {"addresses": "\n".join(contacts[:3])}
    text = html(browser.post(url("tagging/count/"), typed, headers={"HX-Request": "true"}))
    assert f"This address is on the suppression list: {contacts[1]}." in text
    assert "Leave out the suppressed address" in text
    removing = html(browser.post(url("tagging/count/"), {**typed, "removes": "1"}, headers={"HX-Request": "true"}))
    assert "suppression list" not in removing
    assert len(service.paths()) == calls


def test_a_long_list_of_what_is_not_used_is_folded_and_ends(browser: Client, url: Url) -> None:
    typed = {"addresses": "\n".join(["ada@example.com", *(f"Name {n}" for n in range(5_000))])}
    text = html(browser.post(url("tagging/count/"), typed, headers={"HX-Request": "true"}))
    assert "Not used: 5000 entries without an email address" in text
    assert '<details class="folded">' in text
    assert "Name 199" in text
    assert "Name 200" not in text
    assert "and 4800 more" in text


def test_broken_addresses_are_left_out_at_the_press_of_a_button(
    send: Callable[..., Page], leave_out: Callable[..., Page], contacts: list[str], tag_ids: dict[str, int]
) -> None:
    typed = f"Name;E-Mail\nAnna;{contacts[0]}\nBo;bo@\nCy;cy@@example.com\n{contacts[1]}\n{contacts[1]}"
    refused = send(typed, ("Newsletter", "VIP"), tags_new="Herbst", removes="1")
    assert "Leave out the 2 broken addresses" in html(refused)
    page = leave_out(refused, "wrong")
    assert page.context["form"]["addresses"].value().split("\n") == contacts[:2]
    assert "2 broken addresses were left out." in words(page)
    assert "Left out: bo@ cy@@example.com" in words(page)
    assert "1 that came again is gone." in words(page)
    assert "Not used: 5 entries without an email address" in words(page)
    assert "2 addresses were understood." in words(page)
    assert "does not count" not in words(page), "none comes again in what stands there now"
    chosen = page.context["form"]["tags"].value()
    assert (chosen.ids, chosen.new) == ((str(tag_ids["Newsletter"]), str(tag_ids["VIP"])), ("Herbst",))
    assert page.context["form"]["removes"].value()
    assert "Leave out the" not in html(page)


def test_suppressed_addresses_are_left_out_at_the_press_of_a_button(
    send: Callable[..., Page], leave_out: Callable[..., Page], account: ClientAccount, contacts: list[str]
) -> None:
    listed = [Subject(SubjectKind.EMAIL, address) for address in contacts[1:3]]
    suppress(errand(account), listed, Reason.ENTERED)
    refused = send(contacts[:4])
    assert "Leave out the 2 suppressed addresses" in html(refused)
    page = leave_out(refused, "suppressed")
    assert page.context["form"]["addresses"].value().split("\n") == [contacts[0], contacts[3]]
    assert "2 addresses were left out, as they are on the suppression list." in words(page)
    assert f"Left out: {contacts[1]} {contacts[2]}" in words(page)
    assert set(outcomes(send(page.context["form"]["addresses"].value())).values()) == {Outcome.DONE}


def test_broken_and_suppressed_addresses_are_told_at_once(
    send: Callable[..., Page], leave_out: Callable[..., Page], account: ClientAccount, contacts: list[str]
) -> None:
    suppress(errand(account), [Subject(SubjectKind.EMAIL, contacts[1])], Reason.ENTERED)
    refused = send(f"bo@\n{contacts[0]}\n{contacts[1]}")
    assert [told.split(":")[0] for told in errors(refused)["addresses"]] == [
        "This email address cannot be right",
        "This address is on the suppression list",
    ]
    for first, second in (("wrong", "suppressed"), ("suppressed", "wrong")):
        page = leave_out(refused, first)
        if first == "wrong":
            assert f"This address is on the suppression list: {contacts[1]}." in words(page)
        assert f'name="leave_out" value="{second}"' in html(page)
        form = {"addresses": page.context["form"]["addresses"].value(), "leave_out": second}
        rest = page.client.post(page.wsgi_request.path, form)
        assert rest.context["form"]["addresses"].value() == contacts[0]


def test_a_list_that_is_not_read_whole_is_not_shortened(browser: Client, url: Url, account: ClientAccount) -> None:
    typed = "a@ " + "ada@example.com " * 7_000
    page = browser.post(url("tagging/leave-out/"), {"addresses": typed, "leave_out": "wrong"})
    assert page.context["form"]["addresses"].value() == typed
    assert "Leave out the" not in html(page)


def test_a_large_hostile_paste_is_answered_in_a_moment(browser: Client, url: Url, account: ClientAccount) -> None:
    began = time.process_time()
    for piece in ('"a";@,<b@x.de>', "a@;", 'Ö"', "<a@b.de,", "a@b.de;\t"):
        text = piece * (90_000 // len(piece))
        for path in ("tagging/", "tagging/count/", "tagging/leave-out/"):
            page = browser.post(url(path), {"addresses": text, "leave_out": "wrong"})
            assert page.status_code in (200, 422)
            assert len(page.content) < 400_000
    assert time.process_time() - began < 20


def test_the_button_that_was_meant_stays_so_while_the_form_is_mended(
    send: Callable[..., Page], browser: Client, url: Url, contacts: list[str], service: Service
) -> None:
    service.fault(path="/subscriber/untag", status=403, body='["API access denied."]', always=True)
    meant = '<input type="hidden" name="removes" value="1">'
    for page in (
        send("bo@", removes="1"),
        send(contacts[0], (), removes="1"),
        browser.post(url("tagging/find-tags/"), {"addresses": contacts[0], "removes": "1"}),
    ):
        text = html(page)
        assert meant in text
        assert "start campaigns" not in text
        assert text.index("Remove the tags") < text.index("Tag contacts of Harbour Lane Coffee")
    for page in (send("bo@"), send("bo@", removes=["1", ""])):
        assert meant not in html(page)


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ("", "Please give at least one email address."),
        (" ;,\n", "Please give at least one email address."),
        ("Ada Lovelace\nBo", "Please give at least one email address."),
        ("ada@example.com\nbo@example", "This email address cannot be right: “bo@example”. Nothing was sent."),
        ("\n".join(f"no{n}@" for n in range(9)), "“no4@” and 4 more. Nothing was sent."),
        ("\n".join(f"a{n}@example.com" for n in range(51)), "These are 51 addresses; at most 50"),
        ("a@example.com " * 80_000, "This is too long for 50 addresses."),
        ("+49 171 1234567", "Please give at least one email address."),
    ],
)
def test_bad_addresses_are_told_at_their_field_and_nothing_is_sent(
    send: Callable[..., Page], service: Service, addresses: str, told: str
) -> None:
    before = len(service.received())
    page = send(addresses)
    assert told in errors(page)["addresses"][0]
    assert len(service.received()) == before
    assert page.context["form"]["addresses"].value() == addresses


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"tags": ()}, "tags", "Please choose at least one tag."),
        ({"tags": ("abc",)}, "tags", "Please give the IDs of tags as numbers"),
        ({"tags": (), "tags_new": "   "}, "tags", "blanks only"),
        ({"tags": (), "tags_new": "New", "removes": "1"}, "tags", "A new tag is on no contact yet"),
        ({"tags": ("1 2 3 4 5",), "removes": "1"}, "tags", "This would take 250 calls; at most 200"),
    ],
)
def test_bad_tags_are_told_at_their_field(
    send: Callable[..., Page], typed: dict[str, Any], field: str, told: str
) -> None:
    assert told in errors(send([f"a{n}@example.com" for n in range(50)], **typed))[field][0]


def test_contacts_that_klicktipp_refuses_stand_first_with_the_reason(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    page = send([contacts[0], "nobody@klick-tipp.team", "unsubscribed@klick-tipp.team", contacts[1]])
    assert list(outcomes(page).values()) == [Outcome.REFUSED, Outcome.REFUSED, Outcome.DONE, Outcome.DONE]
    text = html(page)
    assert "2 of 4 contacts tagged." in text
    assert "The email address was not found." in text
    assert "(Error code 7)" in text
    assert "The contact is not subscribed." in text


@pytest.mark.parametrize(
    ("body", "removes"),
    [('{"error": 7}', ""), ('{"error": 9}', "1"), ('{"error": 4}', ""), ('{"error": 30}', ""), ('["no"]', "")],
)
def test_where_klicktipp_has_said_no_for_good_another_try_is_not_offered(
    send: Callable[..., Page], contacts: list[str], service: Service, body: str, removes: str
) -> None:
    service.fault(path=f"/subscriber/{'untag' if removes else 'tag'}", status=406, body=body, times=2)
    page = send(contacts[:2], removes=removes)
    assert 'class="tag-again"' not in html(page)
    assert "For 2 contacts another try would end the same; the reason given for each says what helps." in words(page)


def test_only_those_are_offered_again_whose_problem_can_pass(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    service.fault(path="/subscriber/tag", status=406, body='{"error": 777}', times=1)
    page = send([*contacts[:3], "nobody@klick-tipp.team"])
    assert len(page.context["tagging"].again) <= 1
    service.fault(path="/subscriber/tag", status=500, body="", always=True)
    page = send([contacts[0]])
    assert "Send the one in doubt again" in html(page)


def test_another_try_of_a_removal_is_a_removal(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    service.fault(path="/subscriber/untag", status=406, body='{"error": 777}', times=1)
    page = send(contacts[0], removes="1")
    assert page.context["tagging"].again == contacts[:1]
    form = html(page).partition('class="tag-again"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="removes" value="1">' in form
    assert "<title>" in html(page)
    assert "Result of removing tags · Harbour Lane Coffee" in html(page)


def test_the_result_has_a_title_of_its_own(send: Callable[..., Page], contacts: list[str]) -> None:
    title = html(send(contacts[0])).partition("<title>")[2].partition("</title>")[0]
    assert "Result of tagging · Harbour Lane Coffee" in title
    assert "Tag contacts" not in title


def test_the_failed_ones_can_be_tried_again_in_a_filled_form(
    send: Callable[..., Page], browser: Client, url: Url, contacts: list[str], service: Service
) -> None:
    page = send([contacts[0], "nobody@klick-tipp.team"], ("Newsletter", "VIP"), tags_new="Herbst")
    assert page.context["tagging"].contacts[0].problems[0].startswith("The email address was not found.")
    sent = {name: page.context["form"].data.getlist(name) for name in ("tags", "tags_new")}
    before = len(service.received())
    form = browser.post(url("tagging/again/"), {"addresses": "nobody@klick-tipp.team", **sent})
    assert form.status_code == 200
    assert form.context["form"]["addresses"].value() == "nobody@klick-tipp.team"
    chosen = form.context["form"]["tags"].value()
    assert (list(chosen.ids), chosen.new) == (sent["tags"], ("Herbst",))
    assert str(form.context["action"]) != page.context["form"].data["action"]
    assert len(service.received()) == before


def test_what_may_have_happened_is_offered_by_itself(
    send: Callable[..., Page], contacts: list[str], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    service.fault(path="/subscriber/tag", close="after", times=3)
    page = send(contacts[:1])
    assert set(outcomes(page).values()) == {Outcome.UNKNOWN}
    assert "it may have happened or not" in html(page)
    assert "Send the one in doubt again" in html(page)
    assert "a tag that is set or gone already stays so" in html(page)
    assert "that failed again" not in html(page)


def test_a_code_that_is_in_no_catalogue_is_told_once(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    service.fault(path="/subscriber/tag", status=406, body='{"error": 777, "detail": 0}')
    page = send(contacts[:1])
    assert "Something went wrong. Error: 777." in html(page)
    assert main_words(page).count("777") == 1


def test_who_is_on_the_suppression_list_is_named_and_nobody_is_tagged(
    send: Callable[..., Page], account: ClientAccount, contacts: list[str], service: Service
) -> None:
    suppress(errand(account), [Subject(SubjectKind.EMAIL, contacts[1].upper())], Reason.ENTERED)
    page = send(contacts[:3], ("Newsletter",))
    assert errors(page)["addresses"] == [
        f"This address is on the suppression list: {contacts[1]}. Please leave it out."
    ]
    assert "suppression list, so nothing was sent" in html(page)
    assert contacts[2] in page.context["form"]["addresses"].value()
    assert calls(service) == 0
    assert set(outcomes(send(contacts[:3], ("Newsletter",), removes="1"))) == set(contacts[:3])


def test_a_new_tag_is_created_first_and_once(send: Callable[..., Page], contacts: list[str], service: Service) -> None:
    page = send(contacts[:3], (), tags_new=" Herbst 2026 ")
    assert set(outcomes(page).values()) == {Outcome.DONE}
    assert service.paths().count("POST /tag") == 1
    assert told_changes()[-1].endswith("tagged 3 contacts of Harbour Lane Coffee with Herbst 2026")
    assert set(outcomes(send(contacts[:3], (), tags_new="HERBST 2026")).values()) == {Outcome.DONE}
    assert service.paths().count("POST /tag") == 1


def test_a_new_tag_that_cannot_be_created_stops_everything(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    service.fault(path="/tag", method="POST", status=409, body='["taken"]', always=True)
    page = send(contacts[:3], (), tags_new="Herbst")
    assert page.status_code == 422
    assert "The name is taken already." in html(page)
    assert calls(service) == 0
    assert page.context["form"]["addresses"].value() == "\n".join(contacts[:3])


def test_a_tag_that_went_meanwhile_stops_the_rest(
    send: Callable[..., Page], account: ClientAccount, contacts: list[str], service: Service
) -> None:
    ReferenceSnapshot.objects.filter(kind=ReferenceKind.TAGS).update(items=[{"id": 987654, "name": "Gone"}])
    page = send(contacts[:50], ("987654",))
    assert page.status_code == 200
    assert 1 <= calls(service) < 20
    assert "0 of 50 contacts tagged." in html(page)
    assert "The tag was not found." in html(page)
    assert "Sending was stopped before this was sent." in html(page)
    assert "Another try helps with other tags only" in html(page)
    assert "Fill the form with these 50 contacts again" in html(page)
    assert "another try would end the same" not in html(page)
    assert "Gone" not in {tag["name"] for tag in ReferenceSnapshot.objects.get(kind=ReferenceKind.TAGS).items}


def test_what_was_not_sent_in_time_can_be_sent_again(
    send: Callable[..., Page], contacts: list[str], service: Service, settings: Any
) -> None:
    settings.KLICKTIPP_PAGE_DEADLINE = 1.0
    service.fault(path="/subscriber/tag", delay_ms=300, always=True)
    page = send(contacts[:50])
    found = list(outcomes(page).values())
    assert 0 < found.count(Outcome.DONE) < 40
    assert found.count("not_sent") == 50 - found.count(Outcome.DONE)
    assert "The time was up before this could be sent. Please send the rest again." in html(page)
    assert f"Try the {found.count('not_sent')} that failed again" in html(page)


def test_a_revoked_key_is_told_and_the_rest_is_not_sent(
    send: Callable[..., Page], account: ClientAccount, contacts: list[str], service: Service
) -> None:
    service.fault(path="/subscriber/tag", status=403, body='["API access denied."]', always=True)
    page = send(contacts[:50])
    assert calls(service) <= 8
    assert "KlickTipp refuses the access." in html(page)
    assert "Another try helps only once KlickTipp grants the access again" in html(page)
    assert "Fill the form with these 50 contacts again" in html(page)
    assert "that failed again" not in html(page)
    account.refresh_from_db()
    assert account.connection == Connection.REFUSED


def test_a_second_submit_shows_what_came_of_the_first(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    action = str(uuid4())
    first = send([contacts[0], "nobody@klick-tipp.team"], action=action)
    second = send([contacts[0], "nobody@klick-tipp.team"], action=action)
    assert outcomes(first) == outcomes(second)
    assert calls(service) == 2


def test_the_form_reached_again_for_other_tags_is_not_taken_for_the_same(
    send: Callable[..., Page], contacts: list[str], service: Service
) -> None:
    action = str(uuid4())
    send(contacts[:2], action=action)
    for changed in ({"tags": ("VIP",)}, {"removes": "1"}):
        page = send(contacts[:2], action=action, **changed)
        assert page.status_code == 422
        assert "This form was sent before, so nothing was sent this time." in html(page)
        assert str(page.context["action"]) != action
    other = send([contacts[0], contacts[5]], action=action)
    assert outcomes(other) == {contacts[5]: "not_sent", contacts[0]: Outcome.DONE}
    assert calls(service) == 2


def test_the_result_opens_again_with_masked_addresses(
    send: Callable[..., Page], browser: Client, url: Url, contacts: list[str]
) -> None:
    action = uuid4()
    page = send([contacts[0], "nobody@klick-tipp.team"], action=str(action))
    assert page["HX-Push-Url"] == url(f"tagging/{action}/")
    again = browser.get(url(f"tagging/{action}/"))
    assert "1 of 2 contacts tagged." in html(again)
    assert outcomes(again) == {"n•••@klick-tipp.team": Outcome.REFUSED, "p•••@klick-tipp.team": Outcome.DONE}
    assert contacts[0] not in html(again)
    assert f"/log/action/{action}/" in html(again)
    assert browser.get(url(f"tagging/{uuid4()}/")).status_code == 404


def test_a_second_submit_while_the_first_is_under_way_says_so(
    send: Callable[..., Page], account: ClientAccount, contacts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    action = str(uuid4())
    monkeypatch.setattr(recorder.Recorder, "finish", lambda *_: None)
    monkeypatch.setattr(recorder.Recorder, "_close", lambda *_: None)
    send(contacts[:2], action=action)
    monkeypatch.undo()
    page = send(contacts[:2], action=action)
    assert page.context["tagging"].is_under_way
    assert "KlickTipp has not answered for all yet." in html(page)
    assert 'class="tag-again"' not in html(page)


def test_a_log_that_cannot_be_written_is_told(
    send: Callable[..., Page], contacts: list[str], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(recorder, "store_all", full)
    page = send(contacts[:3])
    assert page.status_code == 422
    assert "The log could not be written, so this was not sent." in html(page)
    assert calls(service) == 0


def test_a_link_with_a_contacts_id_fills_in_its_address(
    browser: Client, account: ClientAccount, contacts: list[str], url: Url, tag_ids: dict[str, int]
) -> None:
    contact_id = AuditEntry.objects.filter(operation="add_or_update_contact").first().answer["contact_id"]  # type: ignore[union-attr]
    page = browser.get(url(f"tagging/?contact={contact_id}&tags={tag_ids['VIP']}"))
    assert page.context["form"]["addresses"].value() in contacts
    assert page.context["form"]["tags"].value().ids == (str(tag_ids["VIP"]),)
    assert browser.get(url("tagging/?contact=4711")).context["failure"].what == "KlickTipp has no such contact."
    assert browser.get(url("tagging/?addresses=ada@example.com")).context["form"]["addresses"].value() == ""


def test_what_was_pasted_is_counted_before_it_is_sent(browser: Client, account: ClientAccount, url: Url) -> None:
    typed = {"addresses": "E-Mail;Name\na@example.com, A@example.com b@example.com\nb@"}
    text = html(browser.post(url("tagging/count/"), typed, headers={"HX-Request": "true"}))
    assert "2 addresses were understood." in text
    assert "1 that came again does not count." in text
    assert "This email address cannot be right: “b@”." in text
    assert "Leave out the broken address" in text
    assert "Not used: 2 entries without an email address" in text
    assert "<html" not in text


def test_without_a_key_the_page_says_who_can_store_one(browser: Client, account: ClientAccount, url: Url) -> None:
    account.credentials.all().delete()
    assert "This client has no customer key" in html(browser.get(url("tagging/")))


def test_who_only_looks_finds_no_way_to_tag(client: Client, owner: Membership, account: ClientAccount) -> None:
    client.force_login(MembershipFactory(team=owner.team, role=Role.VIEWER).user)
    page = client.get(f"/t/{owner.team.slug}/clients/{account.slug}/tags/")
    assert "Tag contacts" not in html(page)


def test_the_number_of_queries_of_a_result_does_not_grow(
    send: Callable[..., Page], browser: Client, url: Url, contacts: list[str]
) -> None:
    counts = []
    for number in (2, 40):
        action = uuid4()
        send(contacts[:number], action=str(action))
        with CaptureQueriesContext(connection) as queries:
            browser.get(url(f"tagging/{action}/"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_log_lists_the_calls(
    send: Callable[..., Page], browser: Client, owner: Membership, contacts: list[str], account: ClientAccount
) -> None:
    load(account, ReferenceKind.TAGS, actor())
    send(contacts[:3], ("Newsletter", "VIP"))
    number = AuditEntry.objects.latest("number").number
    page = html(browser.get(f"/t/{owner.team.slug}/log/{number}/"))
    assert "tagged 3 contacts of Harbour Lane Coffee with Newsletter, VIP" in page
    assert page.count("Tag a contact") == 3
    assert "Newsletter (" in page
