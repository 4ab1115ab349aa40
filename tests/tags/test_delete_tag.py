"""Deleting a tag: its name typed, once, for good."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry, Outcome
from tests.pages import errors, html
from tests.service import Service
from tests.tags.helpers import known_names, opened_form, told_changes


@pytest.fixture
def page_url(url: Any, tag_ids: dict[str, int]) -> str:
    return str(url(f"{tag_ids['VIP']}/delete/"))


def deletions(service: Service) -> int:
    return sum(path.startswith("DELETE ") for path in service.paths())


def test_the_page_says_what_happens_and_names_tag_and_client(browser: Client, page_url: str) -> None:
    page = html(browser.get(page_url))
    assert "KlickTipp takes the tag from all contacts" in page
    assert "KlickTipp does not delete a tag that a campaign uses" in page
    assert page.count("Delete the tag “VIP” of Harbour Lane Coffee") == 2
    assert page_url.replace("delete", "count") in page


@pytest.mark.parametrize("typed", ["VIP", " VIP "])
def test_the_tag_is_deleted_after_its_name_was_typed(
    browser: Client, page_url: str, service: Service, url: Any, owner: Any, typed: str
) -> None:
    answer = browser.post(page_url, opened_form(browser, page_url, typed_name=typed))
    assert answer.url == url()
    assert "VIP" not in known_names()
    assert told_changes() == [f"{owner.user} deleted the tag VIP of Harbour Lane Coffee"]
    page = browser.get(answer.url)
    assert "The tag VIP has been deleted." in html(page)
    assert "VIP" not in [item["name"] for item in page.context["page"].object_list]


@pytest.mark.parametrize("typed", ["", "vip", "VIP2", "Newsletter"])
def test_another_name_deletes_nothing(browser: Client, page_url: str, service: Service, typed: str) -> None:
    page = browser.post(page_url, opened_form(browser, page_url, typed_name=typed))
    assert errors(page) == {"typed_name": ["This is not the name. Nothing was deleted."]}
    assert deletions(service) == 0


def test_a_form_that_does_not_say_what_it_showed_deletes_nothing(
    browser: Client, page_url: str, service: Service
) -> None:
    page = browser.post(page_url, opened_form(browser, page_url, typed_name="VIP", shown="forged"))
    assert page.status_code == 422
    assert deletions(service) == 0


def test_a_second_submit_of_the_form_ends_on_the_list(
    browser: Client, page_url: str, service: Service, url: Any
) -> None:
    form = opened_form(browser, page_url, typed_name="VIP")
    assert [browser.post(page_url, form).url for _ in range(2)] == [url()] * 2
    assert deletions(service) == 1


def test_an_unknown_outcome_says_so_and_can_be_sent_again(browser: Client, page_url: str, service: Service) -> None:
    form = opened_form(browser, page_url, typed_name="VIP")
    service.fault(method="DELETE", close="before")
    page = browser.post(page_url, form)
    assert page.status_code == 422
    assert "It may have happened all the same" in html(page)
    assert AuditEntry.objects.get(operation="delete_tag").outcome == Outcome.UNKNOWN
    assert "VIP" in known_names()
    again = browser.post(page_url, form)
    assert "This form was sent before, so nothing was sent this time." in html(again)
    final = form | {"action": str(again.context["action"]), "shown": again.context["shown"]}
    assert browser.post(page_url, final).status_code == 302


def test_a_smarttag_says_that_klicktipp_manages_it(browser: Client, url: Any, service: Service) -> None:
    name = "Contact added via API"
    address = url(f"{service.smarttags()[name]}/delete/")
    page = browser.post(address, opened_form(browser, address, typed_name=name))
    assert page.status_code == 422
    assert "SmartTags are managed by KlickTipp and cannot be changed or removed." in html(page)


def test_a_tag_that_is_gone_already_is_told(browser: Client, page_url: str, service: Service) -> None:
    form = opened_form(browser, page_url, typed_name="VIP")
    service.fault(method="DELETE", status=404, body='["There is no such entity."]')
    page = browser.post(page_url, form)
    assert page.status_code == 404
    assert "KlickTipp has no such tag" in html(page)
    assert "VIP" not in known_names()
