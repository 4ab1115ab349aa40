"""Putting tags on a contact and taking them off, on its page."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.lists import last_known
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress
from tests.contacts.changing.helpers import ADDRESS, OnPage, changes_sent, changes_told, sms_only
from tests.factories import errand
from tests.pages import errors, html, words
from tests.service import Service

ADD, REMOVE = "tags/add/", "tags/remove/"


@pytest.fixture
def tag_ids(account: ClientAccount, lists: None) -> dict[str, int]:
    return {name: int(tag_id) for tag_id, name in last_known(account, ReferenceKind.TAGS).names().items()}


def remove(page: OnPage, tag_id: object, action: object = None, *, htmx: bool = True) -> Any:
    return page.send(REMOVE, {"action": str(action or uuid4()), "tag_id": str(tag_id)}, htmx=htmx)


def test_tags_are_chips_and_smarttags_stand_apart(dario: OnPage, tag_ids: dict[str, int]) -> None:
    shown = html(dario.browser.get(dario.url()))
    removable = re.findall(r'name="tag_id" value="(\d+)"', shown)
    assert removable == [str(tag_ids["Newsletter"])]
    assert "KlickTipp sets and removes these by itself." in shown


def test_a_contact_is_tagged_and_the_new_dates_are_shown(
    dario: OnPage, service: Service, tag_ids: dict[str, int]
) -> None:
    asked = words(dario.browser.get(dario.url(ADD)))
    assert "Setting a tag can start campaigns in KlickTipp, for 1 contact." in asked
    assert asked.count("start campaigns") == 1
    assert "Tag this contact of Harbour Lane Coffee" in asked
    answer = dario.fill(ADD, tags=[tag_ids["VIP"], tag_ids["Customer"]])
    assert "has been tagged" in answer.headers["HX-Trigger"]
    assert changes_sent(service.paths()) == ["POST /subscriber/tag"]
    assert 'id="contact-tags" aria-labelledby="contact-tags-title" data-focus' in answer.content.decode()
    shown = {tag.name: tag.when for tag in answer.context["contact"].manual_tags}
    assert shown.keys() == {"Newsletter", "VIP", "Customer"}
    assert all(shown.values())
    assert changes_told()[-1].endswith(" tagged d•••@klick-tipp.team of Harbour Lane Coffee with VIP, Customer")


def test_a_new_tag_is_created_for_it(dario: OnPage, service: Service) -> None:
    dario.fill(ADD, tags_new="Regulars")
    assert changes_sent(service.paths()) == ["POST /tag", "POST /subscriber/tag"]
    assert "Regulars" in words(dario.browser.get(dario.url()))


def test_without_javascript_tags_are_found_with_a_button(dario: OnPage, tag_ids: dict[str, int]) -> None:
    found = dario.send("tags/find/", dario.form(ADD, tags_find="VI"), htmx=False)
    assert found.status_code == 200
    assert "VIP" in words(found)
    answer = dario.send(ADD, dario.form(ADD, tags=[tag_ids["VIP"]]), htmx=False)
    assert (answer.status_code, answer.url) == (302, f"{dario.url()}#contact-tags")


def test_no_tag_or_one_that_is_gone_is_told_at_the_picker(
    dario: OnPage, service: Service, tag_ids: dict[str, int]
) -> None:
    assert errors(dario.fill(ADD)) == {"tags": ["Please choose at least one tag."]}
    answer = dario.fill(ADD, tags=["4711"])
    assert "no longer in KlickTipp" in errors(answer)["tags"][0]
    smart = dario.fill(ADD, tags=[service.smarttags()["Contact added via API"]])
    assert errors(smart)["tags"][0].startswith("SmartTags are set by KlickTipp only.")


def test_a_second_submit_tags_once(dario: OnPage, service: Service, tag_ids: dict[str, int]) -> None:
    form = dario.form(ADD, tags=[tag_ids["VIP"]])
    for _ in range(2):
        assert "has been tagged" in dario.send(ADD, form).headers["HX-Trigger"]
    assert changes_sent(service.paths()) == ["POST /subscriber/tag"]


@pytest.mark.parametrize("htmx", [True, False])
def test_a_tag_is_taken_off_with_one_call(dario: OnPage, service: Service, tag_ids: dict[str, int], htmx: bool) -> None:
    answer = remove(dario, tag_ids["Newsletter"], htmx=htmx)
    if htmx:
        assert "The tag Newsletter has been taken off." in answer.headers["HX-Trigger"]
    else:
        assert answer.url == f"{dario.url()}#contact-tags"
    assert changes_sent(service.paths()) == ["POST /subscriber/untag"]
    assert dario.contact().manual_tags == {}
    assert changes_told()[-1].endswith(" took Newsletter from d•••@klick-tipp.team of Harbour Lane Coffee")


def test_each_chip_of_a_page_is_sent_once(dario: OnPage, service: Service, tag_ids: dict[str, int]) -> None:
    dario.fill(ADD, tags=[tag_ids["VIP"]])
    action = uuid4()
    for name in ("VIP", "VIP", "Newsletter"):
        assert remove(dario, tag_ids[name], action).status_code == 200
    assert changes_sent(service.paths()) == ["POST /subscriber/tag", "POST /subscriber/untag", "POST /subscriber/untag"]


def test_a_smarttag_stays_and_the_reason_stands_above_the_tags(dario: OnPage, service: Service) -> None:
    answer = remove(dario, service.smarttags()["Email opened: Welcome"])
    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#untag-failure", "#untag-failure")
    assert "SmartTags are managed by KlickTipp and cannot be changed or removed." in words(answer)
    assert "Try again" not in words(answer)


def test_without_an_answer_it_can_be_tried_again(dario: OnPage, service: Service, tag_ids: dict[str, int]) -> None:
    service.fault(path="/subscriber/untag", close="before", times=10)
    answer = remove(dario, tag_ids["Newsletter"])
    assert "look at the contact before you send this again" in words(answer)
    assert "Try again: Newsletter" in words(answer)


def test_with_only_an_sms_number_it_is_said_what_cannot_be_done(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = sms_only(browser, account)
    shown = browser.get(page.url()).content.decode()
    assert page.url(ADD) not in shown
    assert page.url(REMOVE) not in shown
    asked = browser.get(page.url(ADD))
    assert "please tag this contact in KlickTipp itself" in words(asked)
    before = changes_sent(service.paths())
    tagged = page.send(ADD, {"action": str(uuid4()), "shown": asked.context["signed"], "tags": "17"})
    for answer in (tagged, remove(page, 17)):
        assert answer.status_code == 422
        assert "This contact has no email address." in words(answer)
    assert changes_sent(service.paths()) == before


def test_a_contact_deleted_in_another_tab_is_told(dario: OnPage, tag_ids: dict[str, int]) -> None:
    form = dario.form(ADD, tags=[tag_ids["VIP"]])
    dario.fill("delete/", typed=dario.contact().email)
    for answer in (dario.send(ADD, form), remove(dario, tag_ids["Newsletter"])):
        assert answer.status_code == 422
        assert "KlickTipp has no such contact any more, so nothing was changed." in words(answer)
        assert "Try again" not in words(answer)


def test_who_is_on_the_suppression_list_is_not_tagged(
    dario: OnPage, account: ClientAccount, tag_ids: dict[str, int], service: Service
) -> None:
    form = dario.form(ADD, tags=[tag_ids["VIP"]])
    suppress(errand(account), [Subject(SubjectKind.EMAIL, ADDRESS)], Reason.ENTERED)
    assert "This contact is on the suppression list. Email address since" in words(dario.browser.get(dario.url()))
    before = changes_sent(service.paths())

    answer = dario.send(ADD, form)

    assert answer.status_code == 422
    assert "suppression list, so nothing was sent" in words(answer)
    assert "On the suppression list since" in words(answer)
    assert changes_sent(service.paths()) == before


def test_address_and_number_on_the_suppression_list_are_told_in_one_box(dario: OnPage, account: ClientAccount) -> None:
    listed = [Subject(SubjectKind.EMAIL, ADDRESS), Subject(SubjectKind.SMS, dario.contact().sms_number)]
    suppress(errand(account), listed, Reason.UNSUBSCRIBED)
    page = dario.browser.get(dario.url())
    assert words(page).count("To the suppression list") == 1
    box = words(page).partition("This contact is on the suppression list. ")[2]
    assert box.startswith("Email address since")
    assert "SMS number since" in box


def test_the_contacts_page_and_the_form_say_the_same_of_tagging_who_is_on_the_suppression_list(
    dario: OnPage, account: ClientAccount, service: Service
) -> None:
    suppress(errand(account), [Subject(SubjectKind.EMAIL, ADDRESS)], Reason.ENTERED)
    told = "The portal neither adds nor tags this contact, as a tag can start campaigns. Tags can still be removed."
    shown = dario.browser.get(dario.url())
    assert told in words(shown)
    assert dario.url(ADD) not in html(shown)
    assert dario.url(REMOVE) in html(shown)
    asked = dario.browser.get(dario.url(ADD))
    assert told in words(asked)
    assert "data-tag-picker" not in html(asked)
    assert "Tag this contact" not in words(asked)
