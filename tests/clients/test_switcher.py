"""The switcher leads to the same page of another client."""

from uuid import uuid4

import pytest
from django.template import Context
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from integrations.clients.templatetags.klicktipp import same_page_url
from tests.factories import ClientAccountFactory


@pytest.mark.parametrize(
    ("name", "arguments", "other"),
    [
        ("client", {}, "client"),
        ("client_settings", {}, "client_settings"),
        ("client_remove", {}, "client"),
        ("client_key", {}, "client"),
        ("client_keys", {}, "client_keys"),
        ("contacts", {}, "contacts"),
        ("contact", {"contact_id": "10000001"}, "contacts"),
        ("contact_browse", {}, "contact_browse"),
        ("contact_add", {}, "contact_add"),
        ("contact_added", {"action": uuid4()}, "contact_add"),
        ("contact_fields", {}, "contact_fields"),
        ("tags", {}, "tags"),
        ("tag", {"tag_id": 1}, "tags"),
        ("tagging", {}, "tagging"),
        ("tools_keys", {}, "tools_keys"),
        ("suppressions", {}, "suppressions"),
        ("tools_sign_up", {"key_id": 1}, "tools"),
    ],
)
def test_another_client_opens_where_one_is(
    account: ClientAccount, name: str, arguments: dict[str, object], other: str
) -> None:
    others = ClientAccountFactory(team=account.team)
    where = {"team": account.team.slug, "account": account.slug}
    request = RequestFactory().get(reverse(name, kwargs=where | arguments))
    request.team, request.resolver_match = account.team, resolve(request.path)  # type: ignore[attr-defined]

    found = same_page_url(Context({"request": request}), others)

    assert found == reverse(other, kwargs=where | {"account": others.slug})


def test_a_page_links_to_itself_for_others(browser: Client, account: ClientAccount) -> None:
    others = ClientAccountFactory(team=account.team)
    where = {"team": account.team.slug, "account": account.slug}
    page = browser.get(reverse("contact_add", kwargs=where)).content.decode()
    assert f'href="{reverse("contact_add", kwargs=where | {"account": others.slug})}"' in page


def test_the_log_of_the_team_leads_to_overviews(browser: Client, account: ClientAccount, owner: Membership) -> None:
    page = browser.get(reverse("log", kwargs={"team": owner.team.slug})).content.decode()
    assert reverse("client", kwargs={"team": owner.team.slug, "account": account.slug}) in page


def test_few_clients_need_no_filter(browser: Client, account: ClientAccount) -> None:
    page = reverse("client", kwargs={"team": account.team.slug, "account": account.slug})
    assert "Filter clients" not in browser.get(page).content.decode()
    ClientAccountFactory.create_batch(9, team=account.team)
    assert "Filter clients" in browser.get(page).content.decode()
