"""Listbuilding keys: stored encrypted, shown with their last four, renamed and removed."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount
from integrations.listbuilding import keys
from integrations.listbuilding.models import ListbuildingKey
from tests.factories import ClientAccountFactory, ListbuildingKeyFactory, MembershipFactory
from tests.pages import errors, html
from tests.service import Service

SECRET = "0123456789abcdefWXYZ"


def events() -> list[str]:
    return [
        tell(entry.sentence, entry.parameters)
        for entry in AuditEntry.objects.filter(sentence__startswith="tools.").order_by("number")
    ]


def test_a_key_is_stored_and_shown_by_label_and_last_four(
    browser: Client, account: ClientAccount, url: Any, owner: Membership, service: Service
) -> None:
    answer = browser.post(url("listbuilding/new/"), {"label": "Website form", "key": f"  {SECRET}\n"})
    assert answer.url == url("listbuilding/")
    page = html(browser.get(answer.url))
    assert "The listbuilding key “Website form” is stored." in page
    assert '<span class="id whole">…WXYZ</span>' in page
    assert f"stored by {owner.user}, " in page
    assert SECRET not in page
    key = account.listbuilding_keys.get()
    assert (key.secret, key.label) == (SECRET, "Website form")
    assert events() == [f"{owner.user} stored the listbuilding key Website form (…WXYZ) for Harbour Lane Coffee"]
    assert service.paths() == []


def test_the_database_and_the_log_do_not_have_the_key(browser: Client, url: Any) -> None:
    browser.post(url("listbuilding/new/"), {"label": "Website form", "key": SECRET})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {ListbuildingKey._meta.db_table}")
        assert SECRET not in repr(cursor.fetchall())
    assert SECRET not in repr(list(AuditEntry.objects.values_list()))


def test_a_short_key_shows_nothing_of_itself(browser: Client, url: Any) -> None:
    browser.post(url("listbuilding/new/"), {"label": "Website form", "key": "short-key"})
    page = html(browser.get(url("listbuilding/")))
    assert "…•••" in page
    assert "-key" not in page.partition("<main")[2].partition("…•••")[2].partition("</p>")[0]


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"label": ""}, "label", "This field is required."),
        ({"label": " "}, "label", "This field is required."),
        ({"label": "x" * 101}, "label", "Ensure this value has at most 100 characters (it has 101)."),
        ({"label": "a\x07"}, "label", "This contains control characters. Please type it again instead of pasting it."),
        ({"key": ""}, "key", "This field is required."),
        ({"key": "two words"}, "key", "A key contains no blanks or line breaks. Please copy it again."),
        ({"key": "schlüssel"}, "key", "A key has only plain letters, digits and signs. Please copy it again."),
        ({"key": "x" * 201}, "key", "Ensure this value has at most 200 characters (it has 201)."),
        (
            {"label": "WEBSITE form"},
            "label",
            "Another listbuilding key of this client has this label. Please choose a different one.",
        ),
        ({"key": "the-same-secret"}, "key", "This key is stored already, as “Website form”."),
    ],
)
def test_impossible_entries_are_told_at_the_field(
    browser: Client, account: ClientAccount, url: Any, typed: dict[str, str], field: str, error: str
) -> None:
    ListbuildingKeyFactory(account=account, label="Website form", secret="the-same-secret")
    page = browser.post(url("listbuilding/new/"), {"label": "Webinar", "key": SECRET} | typed)
    assert errors(page) == {field: [error]}
    assert account.listbuilding_keys.count() == 1


def test_the_client_of_another_team_may_use_the_same_label_and_key(
    browser: Client, account: ClientAccount, url: Any
) -> None:
    ListbuildingKeyFactory(label="Website form", secret=SECRET)
    browser.post(url("listbuilding/new/"), {"label": "Website form", "key": SECRET})
    assert account.listbuilding_keys.get().secret == SECRET


def test_another_client_of_the_team_may_use_the_same_label(browser: Client, account: ClientAccount, url: Any) -> None:
    ListbuildingKeyFactory(account=ClientAccountFactory(team=account.team), label="Website form")
    browser.post(url("listbuilding/new/"), {"label": "Website form", "key": SECRET})
    assert account.listbuilding_keys.get().secret == SECRET


def test_the_key_of_another_client_of_the_team_is_refused_and_that_client_named(
    browser: Client, account: ClientAccount, url: Any, owner: Membership
) -> None:
    bergwind = ClientAccountFactory(team=account.team, name="Bergwind")
    ListbuildingKeyFactory(account=bergwind, label="Shop", secret=SECRET)
    page = browser.post(url("listbuilding/new/"), {"label": "Website form", "key": SECRET})
    assert errors(page)["key"][0].startswith("This key is stored already for the client Bergwind, as “Shop”.")
    assert not account.listbuilding_keys.exists()
    assert events() == [
        f"{owner.user} could not store the listbuilding key Website form (…WXYZ) for Harbour Lane Coffee: "
        "another client has it already"
    ]


def test_a_client_that_the_member_does_not_see_is_not_named(client: Client, account: ClientAccount, url: Any) -> None:
    bergwind = ClientAccountFactory(team=account.team, name="Bergwind")
    ListbuildingKeyFactory(account=bergwind, label="Shop", secret=SECRET)
    limited = MembershipFactory(team=account.team, role=Role.ADMIN, is_limited=True)
    limited.client_access.create(account=account)
    client.force_login(limited.user)
    page = client.post(url("listbuilding/new/"), {"label": "Website form", "key": SECRET})
    assert errors(page)["key"][0].startswith("This key is stored already for another client of your team.")
    assert "Bergwind" not in html(page)
    assert "Shop" not in html(page)


def test_however_many_clients_have_keys_storing_one_asks_the_database_as_often(
    browser: Client, account: ClientAccount, url: Any, django_assert_num_queries: Any
) -> None:
    browser.post(url("listbuilding/new/"), {"label": "First", "key": "the-first-secret"})
    with CaptureQueriesContext(connection) as few:
        browser.post(url("listbuilding/new/"), {"label": "Second", "key": "the-second-secret"})
    for _ in range(5):
        ListbuildingKeyFactory(account=ClientAccountFactory(team=account.team))
    with django_assert_num_queries(len(few)):
        browser.post(url("listbuilding/new/"), {"label": "Third", "key": "the-third-secret"})


def test_a_key_that_cannot_be_decrypted_is_no_obstacle_for_another(
    browser: Client, account: ClientAccount, url: Any
) -> None:
    ListbuildingKey.objects.filter(pk=ListbuildingKeyFactory(account=account).pk).update(encrypted_secret="lost")
    browser.post(url("listbuilding/new/"), {"label": "Website form", "key": SECRET})
    assert account.listbuilding_keys.count() == 2


def test_a_key_is_renamed(browser: Client, key: ListbuildingKey, url: Any, owner: Membership) -> None:
    other = ListbuildingKeyFactory(account=key.account, label="Webinar")
    address = url(f"listbuilding/{key.pk}/rename/")
    assert 'value="Website form"' in html(browser.get(address))
    assert list(errors(browser.post(address, {"label": "webinar"}))) == ["label"]
    for label in ("Landing page", "landing page", "landing page"):
        assert browser.post(address, {"label": label}).status_code == 302
    key.refresh_from_db()
    other.refresh_from_db()
    assert (key.label, other.label) == ("landing page", "Webinar")
    assert events() == [
        f"{owner.user} renamed the listbuilding key Website form of Harbour Lane Coffee to Landing page",
        f"{owner.user} renamed the listbuilding key Landing page of Harbour Lane Coffee to landing page",
    ]


def test_the_new_label_of_a_key_that_has_been_removed_meanwhile_stays(
    browser: Client, key: ListbuildingKey, url: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def removed_right_before(key: ListbuildingKey, *rest: Any) -> None:
        key.delete()
        rename_key(key, *rest)

    address, rename_key = url(f"listbuilding/{key.pk}/rename/"), keys.rename_key
    monkeypatch.setattr(keys, "rename_key", removed_right_before)
    for _right_before_and_long_ago in range(2):
        answer = browser.post(address, {"label": "Landing page"})
        assert answer.status_code == 404
        assert "This listbuilding key has been removed meanwhile, so nothing was renamed." in html(answer)
        assert 'value="Landing page"' in html(answer)
        assert "Rename the key of" not in html(answer)
    assert browser.get(address).status_code == 404


def test_a_key_is_removed_after_asking_once(
    browser: Client, key: ListbuildingKey, url: Any, owner: Membership, service: Service
) -> None:
    address = url(f"listbuilding/{key.pk}/remove/")
    page = html(browser.get(address))
    assert "At KlickTipp the key stays valid, and a website that uses it goes on working." in page
    assert ListbuildingKey.objects.exists()
    answer = browser.post(address)
    assert "The listbuilding key “Website form” is removed from this portal." in html(browser.get(answer.url))
    assert not ListbuildingKey.objects.exists()
    assert events() == [
        f"{owner.user} removed the listbuilding key Website form (…{key.last_four}) of Harbour Lane Coffee"
    ]
    assert browser.post(address).status_code == 404
    assert service.paths() == []


def test_a_removed_client_takes_its_keys_along_and_the_log_names_each(
    browser: Client, key: ListbuildingKey, account: ClientAccount, owner: Membership
) -> None:
    ListbuildingKeyFactory(account=account, label="Shop", secret="short")
    ListbuildingKeyFactory(label="Of another client")
    address = f"/t/{account.team.slug}/clients/{account.slug}/remove/"
    page = html(browser.get(address))
    assert "its listbuilding keys" in page

    browser.post(address, {"typed_name": account.name})

    assert [str(kept) for kept in ListbuildingKey.objects.all()] == ["Of another client"]
    gone = AuditEntry.objects.filter(account_id=account.pk, kind="event").order_by("number")
    assert [tell(entry.sentence, entry.parameters) for entry in gone][-3:] == [
        f"{owner.user} removed the listbuilding key Website form (…{key.last_four}) of Harbour Lane Coffee",
        f"{owner.user} removed the listbuilding key Shop (…•••) of Harbour Lane Coffee",
        f"{owner.user} removed the client Harbour Lane Coffee from the portal",
    ]


@pytest.mark.parametrize(
    ("role", "uses", "manages"),
    [(Role.ADMIN, True, True), (Role.EDITOR, True, False), (Role.VIEWER, False, False)],
)
def test_everybody_is_offered_what_they_may(
    client: Client, key: ListbuildingKey, url: Any, role: Role, uses: bool, manages: bool
) -> None:
    client.force_login(MembershipFactory(team=key.account.team, role=role).user)
    page = html(client.get(url("listbuilding/")))
    assert ("Subscribe a contact" in page, "Unsubscribe a contact" in page) == (uses, uses)
    assert ("Rename" in page, "Add a listbuilding key" in page) == (manages, manages)


@pytest.mark.parametrize(("role", "action"), [(Role.ADMIN, True), (Role.EDITOR, False)])
def test_the_empty_page_says_what_to_do(
    client: Client, account: ClientAccount, url: Any, role: Role, action: bool
) -> None:
    client.force_login(MembershipFactory(team=account.team, role=role).user)
    page = html(client.get(url("listbuilding/")))
    assert "No listbuilding key is stored for this client." in page
    assert (url("listbuilding/new/") in page) == action
    assert ("An admin of your team can add one." in page) == (not action)


def test_however_many_keys_there_are_the_page_asks_the_database_as_often(
    browser: Client, key: ListbuildingKey, url: Any, django_assert_num_queries: Any, owner: Membership
) -> None:
    browser.get(url("listbuilding/"))
    with CaptureQueriesContext(connection) as few:
        browser.get(url("listbuilding/"))
    for _ in range(5):
        ListbuildingKeyFactory(account=key.account, stored_by=owner.user)
    with django_assert_num_queries(len(few)):
        browser.get(url("listbuilding/"))
