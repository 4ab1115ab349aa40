"""Copying a segment to another client by the names of its tags."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import DeveloperKeyAuth, KlickTipp
from integrations.segments.models import Segment
from tests.factories import ClientAccountFactory, MembershipFactory, SegmentFactory, actor
from tests.pages import html, logged, main_words, words
from tests.service import Service

Url = Callable[..., str]


@pytest.fixture
def other(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Bergwind Touren", slug="bergwind", customer_key=service.customer_keys[1]
    )


@pytest.fixture
def there(service: Service, settings: object) -> KlickTipp:
    """The other account as somebody else uses it."""
    auth = DeveloperKeyAuth(
        settings.KLICKTIPP_USERNAME,  # type: ignore[attr-defined]
        settings.KLICKTIPP_DEVELOPER_KEY,  # type: ignore[attr-defined]
        service.customer_keys[1],
    )
    return KlickTipp(auth, base_url=service.url)


def with_tags(account: ClientAccount, *tags: tuple[int, str]) -> Segment:
    parts = [{"tag": tag_id, "name": name} for tag_id, name in tags]
    return SegmentFactory(account=account, name="Loyal ones", rule={"of": "all", "parts": parts})


def test_tags_are_found_by_their_names(
    browser: Client, url: Url, account: ClientAccount, other: ClientAccount, tag_ids: dict[str, int], there: KlickTipp
) -> None:
    segment = with_tags(account, (tag_ids["Newsletter"], "Newsletter"), (tag_ids["VIP"], "VIP"))
    assert "Bergwind Touren" in main_words(browser.get(url(f"{segment.pk}/copy/")))
    page = browser.get(url(f"{segment.pk}/copy/?client=bergwind"))
    assert "Tags that are there Newsletter VIP" in main_words(page)
    assert other.segments.count() == 0

    page = browser.post(url(f"{segment.pk}/copy/"), {"client": "bergwind", "name": "Loyal readers"}, follow=True)

    copied = other.segments.get()
    ids = {tag.name: tag.id for tag in there.list_tags()}
    assert [part["tag"] for part in copied.rule["parts"]] == [ids["Newsletter"], ids["VIP"]]
    assert copied.rule["parts"][0]["tag"] != tag_ids["Newsletter"]
    assert "The segment Loyal readers has been copied to Bergwind Touren." in words(page)
    assert "/clients/bergwind/" in page.redirect_chain[-1][0]
    assert logged()[-1].endswith("copied the segment Loyal readers from another client to Bergwind Touren")
    assert AuditEntry.objects.latest("started_at").account_id == other.pk


def test_missing_tags_are_told_and_created_only_if_that_is_wished(
    browser: Client, url: Url, account: ClientAccount, other: ClientAccount, api: KlickTipp, there: KlickTipp
) -> None:
    tag_id = api.create_tag("Autumn fair")
    segment = with_tags(account, (tag_id, "Autumn fair"))
    page = browser.get(url(f"{segment.pk}/copy/?client=bergwind"))
    assert "Tags that are missing Autumn fair" in main_words(page)
    page = browser.post(url(f"{segment.pk}/copy/"), {"client": "bergwind", "name": "Loyal"})
    assert page.status_code == 422
    assert "Without these tags the segment would be another one." in main_words(page)
    assert "Autumn fair" not in {tag.name for tag in there.list_tags()}

    sent = {"client": "bergwind", "name": "Loyal", "creates": "on"}
    assert browser.post(url(f"{segment.pk}/copy/"), sent).status_code == 302
    created = {tag.name: tag.id for tag in there.list_tags()}["Autumn fair"]
    assert other.segments.get().rule["parts"] == [{"tag": created, "name": "Autumn fair"}]
    told = "created the tags Autumn fair in Bergwind Touren for a copy of the segment Loyal ones"
    assert told in logged(operation="create_tag")[-1]

    page = browser.post(url(f"{segment.pk}/copy/"), sent)
    assert "Another segment of this client has this name." in main_words(page)
    assert 'value="Loyal"' in html(page)


def test_a_tag_that_cannot_be_created_is_told(
    browser: Client, url: Url, account: ClientAccount, other: ClientAccount, service: Service
) -> None:
    segment = with_tags(account, (4711, "Autumn fair"))
    service.fault(path="/tag", method="POST", status=403, always=True)
    sent = {"client": "bergwind", "name": "Loyal", "creates": "on"}
    page = browser.post(url(f"{segment.pk}/copy/"), sent)
    assert page.status_code == 422
    assert page.context["failure"].what in main_words(page)
    assert other.segments.count() == 0


def test_smarttags_are_found_or_told(
    browser: Client, url: Url, account: ClientAccount, other: ClientAccount, service: Service
) -> None:
    from django.utils import timezone

    name, tag_id = next(iter(service.smarttags().items()))
    account.snapshots.create(
        kind=ReferenceKind.SMARTTAGS, items=[{"id": tag_id, "name": name}], fetched_at=timezone.now()
    )
    segment = with_tags(account, (tag_id, name), (4711, ""))
    sent = {"client": "bergwind", "name": "Loyal", "creates": "on"}
    page = browser.post(url(f"{segment.pk}/copy/"), sent)
    assert page.status_code == 422
    assert f"SmartTags that are not known there {name} 4711" in main_words(page)
    assert other.segments.count() == 0
    segment.rule["parts"].pop()
    segment.save()
    other.snapshots.create(kind=ReferenceKind.SMARTTAGS, items=[{"id": 99, "name": name}], fetched_at=timezone.now())
    browser.post(url(f"{segment.pk}/copy/"), sent)
    assert other.segments.get().rule["parts"] == [{"tag": 99, "name": name}]


def test_a_client_whose_tags_cannot_be_loaded_is_told(
    browser: Client, url: Url, account: ClientAccount, owner: Membership
) -> None:
    ClientAccountFactory(team=owner.team, name="Bare", slug="bare")
    segment = with_tags(account, (4711, "Autumn fair"))
    page = browser.post(url(f"{segment.pk}/copy/"), {"client": "bare", "name": "Loyal", "creates": "on"})
    assert page.status_code == 422
    assert "The tags of Bare could not be loaded." in main_words(page)
    assert "Without them nothing can be copied." in main_words(page)


def test_only_clients_that_one_sees_are_offered(
    client: Client, url: Url, account: ClientAccount, other: ClientAccount, owner: Membership
) -> None:
    segment = with_tags(account, (4711, "Autumn fair"))
    member = MembershipFactory(team=owner.team, role=Role.EDITOR)
    set_limit(member, [account], actor(owner.user))
    client.force_login(member.user)
    assert "There is no other client yet" in main_words(client.get(url(f"{segment.pk}/copy/")))
    page = client.post(url(f"{segment.pk}/copy/"), {"client": "bergwind", "name": "Loyal"})
    assert page.status_code == 422
    assert other.segments.count() == 0
