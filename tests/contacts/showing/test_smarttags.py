"""SmartTags, of which KlickTipp has no list: learnt from contacts, named once, offered only for finding."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from integrations.tags import smarttags
from tests.contacts.adding.test_add import send as add
from tests.contacts.showing.test_find import find, found_id, url
from tests.factories import actor
from tests.pages import html, logged, main_words
from tests.service import Service
from tests.tags.helpers import new_form

ADDRESS = "dario.jansson3@klick-tipp.team"
HX = {"HTTP_HX_REQUEST": "true"}
Page = Any


def opened(browser: Client, account: ClientAccount) -> Page:
    return browser.get(url(account, f"{found_id(find(browser, account, ADDRESS))}/"))


def named(browser: Client, page: Page) -> Page:
    """What the page loads by itself where a name is missing."""
    return browser.post(f"{page.request['PATH_INFO']}names/tags/", {"id": page.context["unnamed_tags"]}, **HX)


def asked(service: Service) -> list[str]:
    return [path for path in service.paths() if path.startswith("GET /tag")]


def test_each_is_named_by_one_call_and_never_asked_for_again(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    before = len(asked(service))
    page = opened(browser, account)
    smart = set(page.context["contact"].contact.smart_tags)
    assert set(page.context["unnamed_tags"]) == smart
    answer = named(browser, page)
    assert "Email opened: Welcome" in answer.content.decode()
    assert sorted(asked(service)[before:]) == sorted(f"GET /tag/{tag_id}" for tag_id in smart)
    assert logged(operation="get_tag")[0].endswith(" loaded the names of SmartTags of Harbour Lane Coffee")

    calls = len(asked(service))
    page = opened(browser, account)
    assert "SmartTags Email opened: Welcome 16/09/2025 12:55" in main_words(page)
    assert "Load the names" not in main_words(page)
    assert page.context["unnamed_tags"] == []
    assert len(asked(service)) == calls


def test_a_name_that_cannot_be_had_is_asked_for_again_after_a_day(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    page = opened(browser, account)
    service.fault(path="/tag/*", status=404, body="", always=True)
    named(browser, page)
    assert opened(browser, account).context["unnamed_tags"] == []
    snapshot = ReferenceSnapshot.objects.get(kind=ReferenceKind.SMARTTAGS)
    for item in snapshot.items:
        item["tried_at"] = str(snapshot.fetched_at - smarttags.TRIED_AGAIN_AFTER - timedelta(hours=1)).replace(" ", "T")
    snapshot.save()
    assert opened(browser, account).context["unnamed_tags"] != []


def test_only_tags_that_contacts_have_are_asked_for(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    page = opened(browser, account)
    before = len(asked(service))
    browser.post(f"{page.request['PATH_INFO']}names/tags/", {"id": ["4711", "4712", "x"]}, **HX)
    assert asked(service)[before:] == ["GET /tag"]


def test_they_are_found_and_counted_but_not_set_changed_or_deleted(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    named(browser, opened(browser, account))
    tags = f"/t/{account.team.slug}/clients/{account.slug}/tags/"
    tag_id = service.smarttags()["Email opened: Welcome"]
    found = browser.get(f"{tags}?q=opened")
    assert "Email opened: Welcome · SmartTag" in main_words(found)
    assert f"{tags}{tag_id}/count/" in html(found)
    assert f"{tags}{tag_id}/delete/" not in html(found)
    for page in (browser.get(f"{tags}{tag_id}/"), browser.get(f"{tags}{tag_id}/delete/")):
        assert "This is a SmartTag" in main_words(page)
        assert "<form" not in html(page).partition("<main")[2]
    offered = browser.get(
        f"{tags}picker/options/?field=tags&tags_find=opened", headers={"HX-Request": "true"}
    ).content.decode()
    assert f'"{tag_id}"' not in offered


def test_a_service_that_lists_them_has_them_known_as_what_they_are(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    smart = service.smarttags()["Email opened: Welcome"]
    listed = {str(smart): "Email opened: Welcome", "17": "Newsletter"}
    service.fault(path="/tag", body=json.dumps(listed), times=2)
    load(account, ReferenceKind.TAGS, actor())
    page = opened(browser, account)
    assert "SmartTags Email opened: Welcome" in main_words(page)
    assert [item["id"] for item in load(account, ReferenceKind.TAGS, actor()).items] == [17]


def test_the_page_of_an_add_names_no_tag_by_its_number(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    added = browser.get(add(browser, account).url)
    assert str(service.smarttags()["Contact added via API"]) not in main_words(added)
    page = browser.get(url(account, f"{added.context['added'].contact_id}/"))
    named(browser, page)
    again = browser.get(added.request["PATH_INFO"])
    assert "Contact added via API" in main_words(again)


def test_a_new_tag_does_not_get_a_smarttags_name(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    named(browser, opened(browser, account))
    calls = len(service.paths())
    page = browser.post(
        f"/t/{account.team.slug}/clients/{account.slug}/tags/new/", new_form(name="Email opened: Welcome")
    )
    assert "There is a tag of this name already." in main_words(page)
    assert len(service.paths()) == calls


def test_an_id_that_is_sent_many_times_is_asked_for_once(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    page = opened(browser, account)
    before = len(asked(service))
    ids = page.context["unnamed_tags"]
    browser.post(f"{page.request['PATH_INFO']}names/tags/", {"id": ids * 100}, **HX)
    assert len(asked(service)) - before == len(ids)
