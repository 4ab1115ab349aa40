"""The list of tags: loaded when it is opened, searched and paged in what is known then."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.lists import keep
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from tests.factories import ClientAccountFactory, MembershipFactory
from tests.pages import html
from tests.service import Service


def names(page: Any) -> list[str]:
    return [item["name"] for item in page.context["page"].object_list]


@pytest.fixture
def many(account: ClientAccount) -> ClientAccount:
    """An account of which 5,000 tags are known."""
    keep(account, ReferenceKind.TAGS, [{"id": 70_000 + n, "name": f"Tag {n:04}"} for n in range(5_000)])
    return account


def test_the_tags_are_loaded_and_sorted_by_name(browser: Client, account: ClientAccount, url: Any) -> None:
    page = browser.get(url())
    assert page.status_code == 200
    assert names(page) == sorted(names(page), key=str.lower)
    assert {"Newsletter", "VIP", "webinar_june2025"} <= set(names(page))
    entry = AuditEntry.objects.get(operation="list_tags")
    assert tell(entry.sentence, entry.parameters).endswith("looked at the tags of Harbour Lane Coffee")


def test_the_known_ones_are_shown_at_once_and_newer_ones_are_looked_for_behind(
    browser: Client, service: Service, url: Any
) -> None:
    browser.get(url())
    assert f'hx-get="{url("?load=now")}"' not in html(browser.get(url()))
    ReferenceSnapshot.objects.update(fetched_at=timezone.now() - timedelta(minutes=2))
    for known in ("", "?q=news", "?page=2"):
        browser.get(url(known))
    assert service.paths() == ["GET /tag"]

    page = html(browser.get(url()))
    assert f'hx-get="{url("?load=now")}"' in page
    for known in ("?q=news", "?at=Newsletter"):
        assert f'hx-get="{url("?load=now")}"' not in html(browser.get(url(known))), "it would take the place away"
    newer = html(browser.get(url("?load=now"), headers={"HX-Request": "true"}))
    assert service.paths() == ["GET /tag"] * 2
    for part in ("found", "list-age", "list-stale", "found-count"):
        assert f'id="{part}"' in page
        assert f'id="{part}"' in newer


def test_a_search_without_any_list_loads_it(browser: Client, url: Any) -> None:
    assert names(browser.get(url("?q=NEWS"))) == ["Newsletter"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("NEWS", ["Newsletter"]),
        ("  news ", ["Newsletter"]),
        ("buro", ["Büro", "BÜRO 2"]),
        ("büro", ["Büro", "BÜRO 2"]),
        ("strasse", ["Straße"]),
        ("4711", ["Newsletter"]),
        ("711", []),
        ("<b>", ["<b>"]),
        ("%", []),
    ],
)
def test_tags_are_found_by_a_part_of_the_name_or_the_beginning_of_the_id(
    browser: Client, account: ClientAccount, url: Any, wanted: str, found: list[str]
) -> None:
    known = ["Newsletter", "BÜRO 2", "Straße", "Büro", "<b>"]
    keep(account, ReferenceKind.TAGS, [{"id": 4711 + 100 * n, "name": name} for n, name in enumerate(known)])
    page = browser.get(url(), {"q": wanted})
    assert names(page) == found
    assert "<b>" not in html(page)


def test_nothing_found_says_what_was_searched(browser: Client, many: ClientAccount, url: Any) -> None:
    assert "No tag has “&lt;i&gt;” in its name or ID." in html(browser.get(url(), {"q": "<i>"}))


def test_5000_tags_come_in_pages(browser: Client, many: ClientAccount, service: Service, url: Any) -> None:
    page = browser.get(url("?page=2"))
    assert names(page) == [f"Tag {n:04}" for n in range(50, 100)]
    assert "5,000 tags, 51 to 100 on this page" in html(page)
    assert "?page=3" in html(page)
    assert names(browser.get(url("?q=tag+00&page=2"))) == [f"Tag {n:04}" for n in range(50, 100)]
    assert service.paths() == []


@pytest.mark.parametrize(("asked", "first"), [("", 0), ("x", 0), ("0", 4950), ("-1", 4950), ("9" * 30, 4950)])
def test_an_impossible_page_is_one_that_is_there(
    browser: Client, many: ClientAccount, url: Any, asked: str, first: int
) -> None:
    assert names(browser.get(url(), {"page": asked}))[0] == f"Tag {first:04}"


def test_a_search_as_you_type_gets_the_list_alone(browser: Client, many: ClientAccount, url: Any) -> None:
    page = browser.get(url("?q=0042"), headers={"HX-Request": "true"})
    assert "<html" not in html(page)
    assert 'id="found-count" hx-swap-oob' in html(page)
    assert names(page) == ["Tag 0042"]


def test_the_last_known_tags_come_with_their_age_and_the_reason(
    browser: Client, account: ClientAccount, service: Service, url: Any
) -> None:
    browser.get(url())
    ReferenceSnapshot.objects.update(fetched_at=timezone.now() - timedelta(days=3))
    service.fault(status=500, always=True)
    page = browser.get(url("?load=now"))
    assert "The tags could not be loaded." in html(page)
    assert "This is the list of" in html(page)
    assert "Try again" in html(page)
    assert "Newsletter" in names(page)


def test_without_any_list_the_reason_stands_alone(
    browser: Client, account: ClientAccount, service: Service, url: Any
) -> None:
    service.fault(status=403, body='["API access denied."]', always=True)
    page = browser.get(url())
    assert "The tags could not be loaded. KlickTipp refuses the access." in html(page)
    assert "<table" not in html(page)
    assert "no tags in this account" not in html(page)


def test_an_account_without_tags_says_so(browser: Client, account: ClientAccount, service: Service, url: Any) -> None:
    service.fault(path="/tag", body="[]", status=200)
    assert "KlickTipp has no tags in this account yet." in html(browser.get(url()))


def test_without_a_key_nothing_is_tried(browser: Client, owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team)
    for rest in ("", "new/"):
        page = browser.get(f"/t/{owner.team.slug}/clients/{account.slug}/tags/{rest}")
        assert "This client has no customer key" in html(page)
    assert not AuditEntry.objects.filter(account_id=account.pk).exists()


@pytest.mark.parametrize(
    ("role", "can_change", "can_delete"),
    [(Role.ADMIN, True, True), (Role.EDITOR, True, False), (Role.VIEWER, False, False)],
)
def test_only_what_the_role_may_do_is_offered(
    client: Client,
    account: ClientAccount,
    tag_ids: dict[str, int],
    url: Any,
    role: Role,
    can_change: bool,
    can_delete: bool,
) -> None:
    client.force_login(MembershipFactory(team=account.team, role=role).user)
    page = html(client.get(url()))
    tag = url(f"{tag_ids['VIP']}/")
    assert (f'href="{tag}"' in page, url("new/") in page) == (can_change, can_change)
    assert (f"{tag}delete/" in page) == can_delete
    assert f"{tag}count/" in page


def test_one_tag_is_shown_where_it_stands_in_the_whole_list(browser: Client, many: ClientAccount, url: Any) -> None:
    page = browser.get(url("?at=tag+0120"))
    assert names(page) == [f"Tag {n:04}" for n in range(100, 150)]
    assert re.search(r'<tr class="table-active" data-focus>\s*<td[^>]*>\s*<a[^>]*>Tag 0120<', html(page))
    assert names(browser.get(url("?at=nonsense")))[0] == "Tag 0000"


def test_a_list_that_is_refused_leads_to_the_keys(
    browser: Client, account: ClientAccount, url: Any, service: Service
) -> None:
    service.fault(path="/tag", status=403, always=True)
    page = html(browser.get(url()))
    assert "Try again" in page
    assert f'href="/t/{account.team.slug}/clients/{account.slug}/keys/">To the keys</a>' in page


@pytest.mark.parametrize("path", ["{id}/", "{id}/delete/", "new/"])
def test_cancel_leads_back_to_the_part_of_the_list_that_was_open(
    browser: Client, account: ClientAccount, url: Any, tag_ids: dict[str, int], path: str
) -> None:
    form = url(path.format(id=tag_ids["Newsletter"]))
    assert f'href="{form}?q=news&amp;page=1"' in html(browser.get(url("?q=news&page=1")))
    assert f'href="{url()}?q=news&amp;page=1">Cancel' in html(browser.get(f"{form}?q=news&page=1"))
    assert f'href="{url()}">Cancel' in html(browser.get(form))
