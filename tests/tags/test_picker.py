"""The tag picker over Django's client: what it takes, offers and says, and its page without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from integrations.audit.models import AuditEntry
from integrations.clients.lists import Listing, keep
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from integrations.tags.picker import MOST_OFFERED, PickedTags, Picker, TagsField, Typed
from tests.contacts.adding.test_add import send
from tests.contacts.adding.test_add import typed as add_form
from tests.contacts.adding.test_add import url as contacts_url
from tests.pages import errors, html
from tests.service import Service
from tests.tags.helpers import known_names


def typed(query: str) -> Typed:
    return Typed.of(QueryDict(query), "tags")


def listing(*names: str) -> Listing:
    return Listing([{"id": n, "name": name} for n, name in enumerate(names, 1)], timezone.now())


def picker(query: str, *names: str) -> Picker:
    return Picker("tags", listing(*names), typed(query))


def make_5000(account: ClientAccount) -> None:
    keep(account, ReferenceKind.TAGS, [{"id": n, "name": f"Tag {n:04}"} for n in range(1, 5001)])


def options(browser: Client, url: Callable[..., str], query: str = "") -> str:
    answer = browser.get(url(f"picker/options/?field=tags&{query}"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return html(answer)


def offered(fragment: str) -> list[str]:
    return re.findall(r'role="option"[^>]* data-name="([^"]*)"', fragment)


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("query", "picked"),
        [
            ("", PickedTags()),
            ("tags=1&tags=2&tags=1", PickedTags((1, 2))),
            ("tags=1,+2;3", PickedTags((1, 2, 3))),
            ("tags_new=&tags_new=+Herbst+", PickedTags((), ("Herbst",))),
            ("tags_new=A&tags_new=b&tags_new=a", PickedTags((), ("A", "b"))),
            ("tags_new=Straße&tags_new=STRASSE", PickedTags((), ("Straße",))),
            ("tags_new=Müller&tags_new=Mu\u0308ller", PickedTags((), ("Müller",))),
            ("tags_new=VIP,+Gold", PickedTags((), ("VIP, Gold",))),
        ],
    )
    def test_ids_and_names(self, query: str, picked: PickedTags) -> None:
        assert TagsField(required=False).clean(typed(query)) == picked

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("tags=VIP", "as numbers"),
            ("tags_new=+++", "blanks only"),
            (f"tags_new={'x' * 251}", "at most 250 characters"),
            ("tags_new=2026", "digits only"),
            ("tags_new=%E2%80%AEVIP", "control characters"),
            ("tags_new=bell%07", "control characters"),
            ("tags_find=news", "“news” was typed but not chosen."),
            (f"tags_find={'x' * 1_000_000}", "was typed but not chosen."),
            ("&".join(f"tags={n}" for n in range(1, 51)) + "&tags_new=one+more", "At most 50 tags at once"),
        ],
    )
    def test_what_is_refused(self, query: str, says: str) -> None:
        with pytest.raises(ValidationError) as refused:
            TagsField(required=False).clean(typed(query))
        assert says in refused.value.messages[0]
        assert len(refused.value.messages[0]) < 500

    def test_a_required_picker_wants_one(self) -> None:
        with pytest.raises(ValidationError, match="at least one tag"):
            TagsField().clean(typed(""))


class TestWhatIsShown:
    def test_a_new_name_that_a_tag_has_is_that_tag(self) -> None:
        shown = picker("tags_new=newsletter&tags_new=Herbst&tags=1", "Newsletter", "VIP")
        assert [(choice.name, choice.is_new) for choice in shown.chosen] == [("Newsletter", False), ("Herbst", True)]

    @pytest.mark.parametrize(("wanted", "name"), [("STRASSE", "Straße"), ("mu\u0308ller", "Müller")])
    def test_the_tag_of_the_same_name_in_another_spelling_is_offered_and_none_created(
        self, wanted: str, name: str
    ) -> None:
        shown = picker(f"tags_find={wanted}", "Straße", "Müller", "VIP")
        assert [choice.name for choice in shown.offered] == [name]
        assert shown.to_create is None

    def test_a_chosen_tag_that_is_in_no_list_any_more_keeps_its_name(self) -> None:
        shown = picker("tags=7&tags_name_7=Old", "Newsletter")
        assert [(choice.name, choice.is_gone) for choice in shown.chosen] == [("Old", True)]

    def test_without_a_list_nothing_is_gone(self) -> None:
        shown = Picker("tags", Listing([], None), typed("tags=7"))
        assert [(choice.name, choice.is_gone) for choice in shown.chosen] == [("7", False)]

    def test_what_is_chosen_is_not_offered_and_the_wanted_name_comes_first(self) -> None:
        shown = picker("tags=1&tags_find=vip", "A VIP", "Also VIP", "VIP")
        assert [choice.name for choice in shown.offered] == ["VIP", "Also VIP"]
        assert shown.to_create is None

    @pytest.mark.parametrize(
        ("wanted", "name"), [("vip 2", "vip 2"), ("VIP", None), (" ", None), ("x" * 251, None), ("2026", None)]
    )
    def test_a_name_is_offered_to_be_created_when_no_tag_has_it(self, wanted: str, name: str | None) -> None:
        created = picker(f"tags_find={wanted}", "vip").to_create
        assert (created and created.name) == name


def test_the_options_are_found_in_the_last_known_list(
    browser: Client, account: ClientAccount, service: Service, url: Callable[..., str], tag_ids: dict[str, int]
) -> None:
    called = service.paths()
    assert offered(options(browser, url, "tags_find=NEWS")) == ["Newsletter", "NEWS"]
    assert offered(options(browser, url, "tags_find=newsLETTER")) == ["Newsletter"]
    assert "Newsletter" not in offered(options(browser, url, f"tags={tag_ids['Newsletter']}"))
    assert service.paths() == called


def test_the_page_stays_small_with_5000_tags(
    browser: Client,
    account: ClientAccount,
    url: Callable[..., str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    page = browser.get(contacts_url(account))
    small = len(page.content)
    make_5000(account)
    page = browser.get(contacts_url(account))
    assert len(page.content) < small + 60_000
    assert html(page).count('type="checkbox"') == MOST_OFFERED
    with django_assert_num_queries(5):
        found = options(browser, url, "tags_find=tag 49")
    assert len(offered(found)) == MOST_OFFERED + 1
    assert "30 of 100 tags" in found


@pytest.mark.parametrize("field", ["tags'", "9", "x" * 50, "Tags"])
def test_another_field_than_a_forms_is_not_there(browser: Client, url: Callable[..., str], field: str) -> None:
    assert browser.get(url("picker/options/"), {"field": field}, headers={"HX-Request": "true"}).status_code == 404


def test_names_are_shown_as_they_are(browser: Client, account: ClientAccount, url: Callable[..., str]) -> None:
    keep(account, ReferenceKind.TAGS, [{"id": 1, "name": "<script>alert(1)</script>"}])
    found = options(browser, url, 'tags_find="><script>')
    assert "<script>" not in found
    assert "&lt;script&gt;alert(1)" in options(browser, url)


class TestTheList:
    def load(self, browser: Client, url: Callable[..., str], query: str = "", target: str = "tags-state") -> str:
        headers = {"HX-Request": "true", "HX-Target": target}
        answer = browser.get(url(f"picker/list/?field=tags&{query}"), headers=headers)
        assert answer.status_code == 200
        return html(answer)

    def test_where_there_was_none_the_control_arrives(
        self, browser: Client, account: ClientAccount, url: Callable[..., str]
    ) -> None:
        plain = html(browser.get(contacts_url(account)))
        assert 'name="tags_new"' in plain
        assert "data-tag-search" not in plain
        control = self.load(browser, url, "tags=815&tags_new=Herbst", target="tags-control")
        assert "data-tag-search" in control
        assert 'name="tags_new" value="Herbst" checked' in control

    def test_a_chosen_tag_that_has_gone_is_marked(
        self,
        browser: Client,
        account: ClientAccount,
        service: Service,
        url: Callable[..., str],
        tag_ids: dict[str, int],
    ) -> None:
        tag_id = tag_ids["VIP"]
        service.fault(path="/tag", status=200, body=json.dumps({tag_ids["Newsletter"]: "Newsletter"}))
        marked = self.load(browser, url, f"tags={tag_id}&tags={tag_ids['Newsletter']}")
        assert f'id="tags-picked-{tag_id}" hx-swap-oob="true"' in marked
        assert "no longer in KlickTipp" in marked
        assert marked.count("<li") == 1
        assert known_names() == {"Newsletter"}

    def test_that_it_could_not_be_loaded_is_told_with_its_age(
        self, browser: Client, service: Service, url: Callable[..., str], tag_ids: dict[str, int]
    ) -> None:
        ReferenceSnapshot.objects.update(fetched_at=timezone.now() - timedelta(days=3))
        service.fault(status=500, always=True)
        told = self.load(browser, url, f"tags={tag_ids['VIP']}")
        assert "This is the list of" in told
        assert "Try again" in told
        assert "no longer in KlickTipp" not in told

    def test_without_any_list_ids_are_typed(
        self, browser: Client, account: ClientAccount, service: Service, url: Callable[..., str]
    ) -> None:
        service.fault(status=403, body='["API access denied."]', always=True)
        told = self.load(browser, url, "tags=815", target="tags-control")
        assert "The list could not be loaded. KlickTipp refuses the access." in told
        assert 'type="text" name="tags"' in told
        assert 'value="815"' in told


class TestWithoutJavaScript:
    def find(self, browser: Client, account: ClientAccount, **fields: Any) -> Any:
        page = browser.post(contacts_url(account, "add/tags/"), add_form(email="half@", **fields))
        assert page.status_code == 200
        assert 'value="half@"' in html(page)
        assert "is-invalid" not in html(page)
        return page

    def ticks(self, page: Any) -> dict[str, bool]:
        """The checkboxes of the picker by their names on the page, and whether they are ticked."""
        boxes = re.findall(
            r'type="checkbox" name="tags(?:_new)?" value="[^"]*"( checked)?>\s*(?:<span class="picked-name">)?([^<]*)',
            html(page),
        )
        return {name.strip(): bool(checked) for checked, name in boxes}

    def test_tags_are_found_and_stay_chosen(
        self, browser: Client, account: ClientAccount, service: Service, tag_ids: dict[str, int]
    ) -> None:
        page = self.find(browser, account, tags_find="news", tags=[tag_ids["VIP"]], tags_new=["Herbst"])
        assert self.ticks(page) == {"VIP": True, "Herbst": True, "Newsletter": False, "Create the tag “news”": False}
        page = self.find(browser, account, tags_find="NEWSLETTER")
        assert self.ticks(page) == {"Newsletter": True}
        assert service.paths() == ["GET /tag"], "the list is quite fresh"

    def test_the_list_is_loaded_where_it_is_not_known_or_old(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        assert self.ticks(self.find(browser, account))["Newsletter"] is False
        ReferenceSnapshot.objects.update(fetched_at=timezone.now() - timedelta(hours=1))
        self.find(browser, account)
        assert service.paths() == ["GET /tag"] * 2
        service.fault(status=500, always=True)
        ReferenceSnapshot.objects.update(fetched_at=timezone.now() - timedelta(hours=1))
        assert "The list could not be loaded." in html(self.find(browser, account))

    def test_what_was_typed_but_not_chosen_is_told_and_found(
        self, browser: Client, account: ClientAccount, service: Service, tag_ids: dict[str, int]
    ) -> None:
        page = send(browser, account, tags_find="news")
        assert errors(page) == {
            "tags": ["“news” was typed but not chosen. Please choose or create the tag, or empty the field."]
        }
        assert self.ticks(page) == {"Newsletter": False, "Create the tag “news”": False}


class TestATagThatWasDeletedInKlickTipp:
    def test_the_refusal_names_it_and_nothing_is_lost(
        self, browser: Client, account: ClientAccount, service: Service, tag_ids: dict[str, int]
    ) -> None:
        keep(account, ReferenceKind.TAGS, [{"id": 4711, "name": "Deleted"}, {"id": tag_ids["VIP"], "name": "VIP"}])
        page = send(
            browser,
            account,
            tags=[4711, tag_ids["VIP"]],
            tags_name_4711="Deleted",
            tags_new=["Herbst"],
            fieldFirstName="Rainer",
        )
        assert errors(page) == {
            "tags": ["The tag “Deleted” is no longer in KlickTipp. Please take it out and send the form again."]
        }
        shown = html(page)
        assert 'value="Rainer"' in shown
        assert re.search(
            r'value="4711" checked>\s*<span class="picked-name">Deleted</span>\s*<span[^>]*>no longer', shown
        )
        for name in ("VIP", "Herbst"):
            assert f'<span class="picked-name">{name}</span>' in shown
        assert "Deleted" not in known_names()

    def test_further_tags_that_are_gone_are_forgotten_too(
        self, browser: Client, account: ClientAccount, service: Service, tag_ids: dict[str, int]
    ) -> None:
        keep(account, ReferenceKind.TAGS, [{"id": 4711, "name": "Deleted"}, {"id": tag_ids["VIP"], "name": "VIP"}])
        answer = send(browser, account, tags=[tag_ids["VIP"], 4711])
        assert "The tag was not found." in html(browser.get(answer.url))
        assert "Deleted" not in known_names()

    def test_where_the_list_cannot_be_loaded_the_refusal_is_told_all_the_same(
        self, browser: Client, account: ClientAccount, service: Service, tag_ids: dict[str, int]
    ) -> None:
        keep(account, ReferenceKind.TAGS, [{"id": 4711, "name": "Deleted"}])
        service.fault(path="/tag", method="GET", status=500, always=True)
        page = send(browser, account, tags=[4711])
        assert errors(page)["tags"][0].startswith("The tag was not found.")
        assert "Deleted" in known_names()


def test_several_new_tags_are_created_and_set(
    browser: Client, account: ClientAccount, service: Service, tag_ids: dict[str, int]
) -> None:
    answer = send(browser, account, tags=[tag_ids["VIP"]], tags_new=["Herbst", "vip", "Messe, Halle 3", "herbst"])
    assert answer.status_code == 302
    created = [entry.request["name"] for entry in AuditEntry.objects.filter(operation="create_tag").order_by("number")]
    assert created == ["Herbst", "Messe, Halle 3"]
    shown = html(browser.get(answer.url))
    assert "Tags not set" not in shown
    for name in ("VIP", "Herbst", "Messe, Halle 3"):
        assert f'<span class="chip">{name}</span>' in shown
