"""A tag's name and description, shown and changed."""

import json
from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount, ReferenceSnapshot
from tests.pages import errors, html
from tests.service import Service
from tests.tags.helpers import known_names, opened_form, told_changes


@pytest.fixture
def page_url(url: Any, tag_ids: dict[str, int]) -> str:
    return str(url(f"{tag_ids['Newsletter']}/"))


def changes_sent(service: Service) -> list[str]:
    return [call["path"] for call in service.received() if call["method"] == "PUT"]


def test_the_tag_comes_with_its_description(browser: Client, page_url: str, owner: Any) -> None:
    page = browser.get(page_url)
    assert "Starts the welcome series." in html(page)
    assert 'value="Newsletter"' in html(page)
    entry = AuditEntry.objects.get(operation="get_tag")
    told = tell(entry.sentence, entry.parameters)
    assert told == f"{owner.user} looked at the tag Newsletter of Harbour Lane Coffee"


@pytest.mark.parametrize(
    ("typed", "sent", "told"),
    [
        ({"name": "News"}, ["tag_id", "name"], "renamed the tag Newsletter of Harbour Lane Coffee to News"),
        (
            {"name": " NEWSLETTER "},
            ["tag_id", "name"],
            "renamed the tag Newsletter of Harbour Lane Coffee to NEWSLETTER",
        ),
        ({"description": ""}, ["tag_id"], "changed the description of the tag Newsletter of Harbour Lane Coffee"),
        (
            {"name": "News", "description": "Two\r\nlines"},
            ["tag_id", "name"],
            "renamed the tag Newsletter of Harbour Lane Coffee to News and changed its description",
        ),
    ],
)
def test_what_changed_is_sent_and_told(
    browser: Client, page_url: str, owner: Any, typed: dict[str, str], sent: list[str], told: str
) -> None:
    answer = browser.post(page_url, opened_form(browser, page_url, **typed))
    assert answer.status_code == 302, html(answer)
    assert "has been changed." in html(browser.get(answer.url))
    assert told_changes() == [f"{owner.user} {told}"]
    assert sorted(AuditEntry.objects.get(operation="update_tag").request) == sorted(sent)
    after = browser.get(page_url).context["tag"]
    assert after.name == typed.get("name", "Newsletter").strip()
    assert after.text == typed.get("description", "Starts the welcome series.").replace("\r\n", "\n")
    assert after.name in known_names()


def test_what_somebody_else_changed_meanwhile_stays(browser: Client, page_url: str) -> None:
    mine = opened_form(browser, page_url, description="Mine")
    browser.post(page_url, opened_form(browser, page_url, name="Theirs"))
    browser.post(page_url, mine)
    after = browser.get(page_url).context["tag"]
    assert (after.name, after.text) == ("Theirs", "Mine")


def test_nothing_changed_sends_nothing(browser: Client, page_url: str, service: Service) -> None:
    answer = browser.post(page_url, opened_form(browser, page_url))
    assert "Nothing was changed, so nothing was sent." in html(browser.get(answer.url))
    assert changes_sent(service) == []


@pytest.mark.parametrize("name", ["vip", "  ", "", "x" * 256, "a\x07"])
def test_an_impossible_name_is_told_at_the_field(browser: Client, page_url: str, service: Service, name: str) -> None:
    page = browser.post(page_url, opened_form(browser, page_url, name=name, description="kept"))
    assert list(errors(page)) == ["name"]
    assert "kept" in html(page)
    assert changes_sent(service) == []


def test_a_name_that_is_taken_at_klicktipp_is_told_at_the_field(browser: Client, page_url: str) -> None:
    form = opened_form(browser, page_url, name="vip")
    ReferenceSnapshot.objects.update(items=[])
    assert list(errors(browser.post(page_url, form))) == ["name"]


def test_a_smarttag_says_that_klicktipp_manages_it(
    browser: Client, url: Any, service: Service, tag_ids: dict[str, int]
) -> None:
    address = url(f"{service.smarttags()['Contact added via API']}/")
    page = browser.post(address, opened_form(browser, address, name="Mine"))
    assert page.status_code == 422
    assert "SmartTags are managed by KlickTipp and cannot be changed or removed." in html(page)
    assert "(Error code 31)" in html(page)
    assert 'value="Mine"' in html(page)
    assert "Mine" not in known_names()


def test_a_tag_that_is_gone_is_told_with_the_way_to_the_list(
    browser: Client, page_url: str, service: Service, url: Any
) -> None:
    form = opened_form(browser, page_url, name="News")
    service.fault(status=404, body='["There is no such entity."]', always=True)
    for page in (browser.post(page_url, form), browser.get(page_url)):
        assert page.status_code == 404
        assert "KlickTipp has no such tag" in html(page)
        assert f'href="{url()}"' in html(page)
    assert "Newsletter" not in known_names()


def test_an_id_that_cannot_be_is_not_found(browser: Client, url: Any, service: Service) -> None:
    for rest in ("", "delete/", "count/"):
        assert browser.get(url(f"{10**30}/{rest}")).status_code == 404
    assert service.paths() == []


def test_a_failure_to_load_it_is_explained(browser: Client, page_url: str, service: Service) -> None:
    service.fault(status=500, always=True)
    page = browser.get(page_url)
    assert page.status_code == 422
    assert "KlickTipp answered in a way that cannot be understood." in html(page)
    assert "Back to the tags" in html(page)


def test_a_form_that_does_not_say_what_it_showed_changes_nothing(
    browser: Client, page_url: str, service: Service, url: Any, tag_ids: dict[str, int]
) -> None:
    other = opened_form(browser, url(f"{tag_ids['VIP']}/"))
    for shown in ("", "forged", other["shown"]):
        page = browser.post(page_url, opened_form(browser, page_url, name="News", shown=shown))
        assert page.status_code == 422
        assert 'value="News"' in html(page)
    assert changes_sent(service) == []


def test_a_second_submit_of_the_form_sends_nothing(browser: Client, page_url: str, service: Service) -> None:
    form = opened_form(browser, page_url, name="News")
    browser.post(page_url, form)
    page = browser.post(page_url, form)
    assert page.status_code == 422
    assert "This form was sent before, so nothing was sent this time." in html(page)
    assert len(changes_sent(service)) == 1


def test_another_account_has_no_such_tag(
    browser: Client, account: ClientAccount, service: Service, url: Any, page_url: str
) -> None:
    credential = account.credentials.get()
    credential.secret = service.customer_keys[1]
    credential.save()
    assert browser.get(page_url).status_code == 404


def test_what_a_tag_has_already_is_not_checked_again(
    browser: Client, service: Service, url: Any, page_url: str, tag_ids: dict[str, int]
) -> None:
    old = {"tagid": tag_ids["Newsletter"], "name": "2024", "text": "x" * 3000}
    service.fault(path=f"/tag/{tag_ids['Newsletter']}", method="GET", body=json.dumps(old))
    form = opened_form(browser, page_url, name="2024", description="shorter")
    answer = browser.post(page_url, form)
    assert answer.status_code == 302, html(answer)
    assert errors(browser.post(page_url, form | {"name": "2025"}))["name"] == [
        "A tag's name cannot consist of digits only."
    ]


def test_the_name_of_another_tag_in_another_spelling_is_offered(
    browser: Client, url: Any, page_url: str, tag_ids: dict[str, int]
) -> None:
    page = browser.post(page_url, opened_form(browser, page_url, name="vip"))
    assert "There is the tag “VIP” already: use it?" in errors(page)["name"][0]
    assert url(f"{tag_ids['VIP']}/") in html(page)
