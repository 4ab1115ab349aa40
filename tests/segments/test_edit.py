"""Changing a segment, also when two people do it at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from integrations.segments.forms import NameForm
from integrations.segments.models import Segment
from tests.factories import SegmentFactory
from tests.pages import html, logged, main_words, words
from tests.segments.helpers import has, sent

Url = Callable[..., str]


@pytest.fixture
def segment(account: ClientAccount, tag_ids: dict[str, int]) -> Segment:
    parts = [
        {"tag": tag_ids["Newsletter"], "name": "Newsletter"},
        {"of": "any", "parts": [{"tag": tag_ids["VIP"], "name": "VIP", "lacks": True, "since": "2026-10-01"}]},
    ]
    rule = {"of": "all", "parts": parts, "statuses": ["subscribed"], "bounces": []}
    return SegmentFactory(account=account, name="Loyal ones", rule=rule)


UNCHANGED = sent(
    has("Newsletter"), ("any", [has("VIP", lacks="1", when="since", day="2026-10-01")]), statuses=["subscribed"]
)


def shown(page: Any) -> str:
    (state,) = re.findall(r'name="shown" value="(.*?)"', page.content.decode())
    return str(state)


def save(browser: Client, url: Url, segment: Segment, page: Any, **data: Any) -> Any:
    return browser.post(
        url(f"{segment.pk}/edit/"), UNCHANGED | {"name": segment.name, "shown": shown(page)} | data, follow=True
    )


def test_the_form_shows_the_rule_as_it_is(browser: Client, url: Url, segment: Segment) -> None:
    page = browser.get(url(f"{segment.pk}/edit/"))
    assert re.findall(r'name="part" value="(.*?)"', html(page)) == ["0", "1/", "1.0"]
    assert re.findall(r'-tag" value="(.*?)"', html(page)) == ["Newsletter", "VIP"]
    assert 'value="2026-10-01"' in html(page)
    assert re.search(r'value="subscribed"[^>]*checked', html(page))


def test_what_was_left_alone_changes_nothing(browser: Client, url: Url, segment: Segment) -> None:
    page = browser.get(url(f"{segment.pk}/edit/"))
    before = logged()
    assert "Nothing was changed." in words(save(browser, url, segment, page))
    assert logged() == before


def test_name_and_rule_are_changed_and_the_log_tells_which(browser: Client, url: Url, segment: Segment) -> None:
    segment.keep_count(17)
    page = browser.get(url(f"{segment.pk}/edit/"))
    save(browser, url, segment, page, name="Regulars")
    segment.refresh_from_db()
    assert segment.name == "Regulars"
    assert "17 as of" in main_words(browser.get(url(f"{segment.pk}/")))
    page = browser.get(url(f"{segment.pk}/edit/"))
    save(browser, url, segment, page, of="any")
    assert "With this rule nobody has counted yet." in main_words(browser.get(url(f"{segment.pk}/")))
    segment.refresh_from_db()
    page = browser.get(url(f"{segment.pk}/edit/"))
    save(browser, url, segment, page, name="Guests", of="none")
    assert [line.partition(" ")[2].partition(" ")[2] for line in logged()[-3:]] == [
        "renamed the segment Loyal ones of Harbour Lane Coffee to Regulars",
        "changed the segment Regulars of Harbour Lane Coffee",
        "renamed the segment Regulars of Harbour Lane Coffee to Guests and changed its rule",
    ]
    segment.refresh_from_db()
    assert segment.rule["of"] == "none"


def test_two_people_who_save_at_once_revert_nothing(browser: Client, url: Url, segment: Segment) -> None:
    mine = browser.get(url(f"{segment.pk}/edit/"))
    save(browser, url, segment, browser.get(url(f"{segment.pk}/edit/")), name="Theirs")

    page = save(browser, url, segment, mine, of="any")

    assert page.status_code == 422
    told = main_words(page)
    assert "Somebody has changed this segment meanwhile, so nothing was saved." in told
    assert "Now “Theirs”: has Newsletter and not VIP (tagged since 01/10/2026) · subscribed. Save again" in told
    assert 'value="Theirs"' in html(page), "the name was left alone"
    assert '<option value="any" selected>' in html(page), "the rule is as it was typed"
    segment.refresh_from_db()
    assert (segment.name, segment.rule["of"]) == ("Theirs", "all")
    save(browser, url, segment, page, name="Theirs", of="any")
    segment.refresh_from_db()
    assert (segment.name, segment.rule["of"]) == ("Theirs", "any")


def test_of_two_who_change_the_rule_the_second_sees_the_first(browser: Client, url: Url, segment: Segment) -> None:
    mine = browser.get(url(f"{segment.pk}/edit/"))
    save(browser, url, segment, browser.get(url(f"{segment.pk}/edit/")), of="any", statuses=["pending"])

    page = save(browser, url, segment, mine, name="Mine")

    assert page.status_code == 422
    assert 'value="Mine"' in html(page)
    assert '<option value="any" selected>' in html(page), "the rule was left alone"
    assert re.search(r'value="pending"[^>]*checked', html(page))
    save(browser, url, segment, page, name="Mine", of="any", statuses=["pending"])
    segment.refresh_from_db()
    assert (segment.name, segment.rule["of"], segment.rule["statuses"]) == ("Mine", "any", ["pending"])


def test_a_form_that_does_not_say_what_it_showed_saves_nothing_at_first(
    browser: Client, url: Url, segment: Segment
) -> None:
    page = browser.post(url(f"{segment.pk}/edit/"), UNCHANGED | {"name": "Other", "shown": "x"})
    assert page.status_code == 422
    segment.refresh_from_db()
    assert segment.name == "Loyal ones"


def test_a_segment_that_is_gone_is_not_there(browser: Client, url: Url, segment: Segment) -> None:
    page = browser.get(url(f"{segment.pk}/edit/"))
    segment.delete()
    segment.pk = 4711
    assert save(browser, url, segment, page).status_code == 404


def test_of_two_who_take_one_name_at_once_the_second_is_told(
    browser: Client, url: Url, segment: Segment, account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both forms found the name free."""
    monkeypatch.setattr(NameForm, "clean_name", lambda form: form.cleaned_data["name"])
    taken = "Another segment of this client has this name."
    assert taken in main_words(browser.post(url("new/"), UNCHANGED | {"name": "Loyal ones"}))
    other = SegmentFactory(account=account, name="Other", rule=segment.rule)
    assert taken in main_words(save(browser, url, other, browser.get(url(f"{other.pk}/edit/")), name="Loyal ones"))
    assert sorted(account.segments.values_list("name", flat=True)) == ["Loyal ones", "Other"]
