"""The palette: everywhere one can go, and the ways to find a contact."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Capability, Role
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from integrations.clients.navigation import OF_CLIENT, OF_PERSON, OF_TEAM
from integrations.clients.palette_views import LOOKS_LIKE_A_CONTACT
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import Page, html, main_words
from tests.test_access import TABLE

HX = {"HX-Request": "true"}
ADDRESS = "dario.jansson3@klick-tipp.team"


def labels(page: Page) -> dict[str, list[str]]:
    return {group.title: [goal.label for goal in group.goals] for group in page.context["groups"]}


def of_client(account: ClientAccount) -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/go/"


def test_places_ask_for_what_their_views_ask_for() -> None:
    asked = {place.page: place.asks_for for place in (*OF_CLIENT, *OF_TEAM) if place.page != "team"}
    assert asked == {page: TABLE[page] for page in asked}
    assert not any(isinstance(TABLE[place.page], Capability) for place in OF_PERSON)


def test_a_client_leads_to_its_pages_and_to_other_clients(browser: Client, account: ClientAccount) -> None:
    ClientAccountFactory(team=account.team, name="Älpler")
    assert "<html" not in html(browser.get(of_client(account), headers=HX))
    page = browser.get(of_client(account))

    found = labels(page)

    assert list(found) == ["Harbour Lane Coffee", "Clients", "Team", "You"]
    assert {"Overview", "Suppression list", "Listbuilding keys"} <= set(found["Harbour Lane Coffee"])
    assert found["Clients"] == ["Älpler", "Harbour Lane Coffee"]
    assert f'href="/t/{account.team.slug}/clients/{account.slug}/suppression/"' in html(page)


@pytest.mark.parametrize("role", Role)
def test_nobody_is_led_where_they_may_not_go(client: Client, account: ClientAccount, role: Role) -> None:
    client.force_login(MembershipFactory(team=account.team, role=role).user)
    start = of_client(account) if role != Role.AUDITOR else f"/t/{account.team.slug}/go/"

    urls = re.findall(r'<a href="([^"]+)">', html(client.get(start, headers=HX)))

    assert len(urls) > 4
    for url in urls:
        assert client.get(unescape(url)).status_code < 400, url


def test_a_limited_member_is_led_to_their_clients_alone(client: Client, account: ClientAccount) -> None:
    theirs = ClientAccountFactory(team=account.team, name="Bergwind")
    member = MembershipFactory(team=account.team, role=Role.EDITOR)
    set_limit(member, [theirs], actor())
    client.force_login(member.user)
    assert labels(client.get(of_client(theirs)))["Clients"] == ["Bergwind"]


def test_pages_of_no_team_lead_to_teams_and_what_is_theirs(browser: Client, account: ClientAccount) -> None:
    assert 'href="/go/"' in html(browser.get("/profile/"))
    found = labels(browser.get("/go/"))
    assert list(found) == ["Clients", "Team", "Your teams", "You"]
    assert found["Your teams"] == [str(account.team)]
    assert found["Clients"] == [str(account)]
    assert f'href="/t/{account.team.slug}/log/"' in html(browser.get("/go/"))


def test_the_clients_of_several_teams_stand_under_their_teams(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    other = ClientAccountFactory(team__name="Zeta", name="Älpler")
    kept_out = ClientAccountFactory(team__name="Ypsilon", team__second_factor_from=timezone.now())
    for team in (other.team, kept_out.team):
        MembershipFactory(team=team, user=owner.user)

    found = labels(browser.get("/go/"))

    assert found["Zeta: Clients"] == ["Älpler"]
    assert found[f"{account.team}: Clients"] == [str(account)]
    assert {"Zeta", "Ypsilon"} < set(found["Your teams"])
    assert "Ypsilon" not in found
    told = main_words(browser.post("/go/", {"wanted": ADDRESS}))
    assert "in the log of Zeta" in told
    assert "in the log of Ypsilon" not in told


def test_many_clients_need_no_more_queries(browser: Client, account: ClientAccount) -> None:
    with CaptureQueriesContext(connection) as few:
        browser.get(of_client(account), headers=HX)
    ClientAccountFactory.create_batch(20, team=account.team)
    with CaptureQueriesContext(connection) as many:
        browser.get(of_client(account), headers=HX)
    assert len(many) == len(few)


def test_umlauts_are_found_however_they_are_typed(browser: Client, account: ClientAccount) -> None:
    ClientAccountFactory(team=account.team, name="Ölmühle Süd")
    for typed in ("ölm", "olmu", "Oelmue", "sued"):
        page = browser.post(of_client(account), {"wanted": typed})
        assert labels(page)["Clients"] == ["Ölmühle Süd"], typed
    assert "Clients" not in labels(browser.post(of_client(account), {"wanted": "oelx"}))


def test_without_javascript_the_page_finds_by_name(browser: Client, account: ClientAccount) -> None:
    assert f'href="{of_client(account)}"' in html(browser.get(f"/t/{account.team.slug}/clients/{account.slug}/tags/"))
    page = browser.post(of_client(account), {"wanted": "Supprèssion"})
    assert labels(page) == {"Harbour Lane Coffee": ["Suppression list"]}
    assert "No page and no client has that in its name" in main_words(browser.post(of_client(account), {"wanted": "§"}))
    near = main_words(browser.post(of_client(account), {"wanted": "contcats"}))
    assert "This comes near:" in near
    assert "Contacts" in near
    far = main_words(browser.post(f"/t/{account.team.slug}/go/", {"wanted": "tagg"}))
    assert "the other pages of a client are found once one is chosen: Clients Harbour Lane Coffee" in far


@pytest.mark.parametrize("typed", [ADDRESS, "+49 170 1234567", "10000001", "2ab9cd"])
def test_what_belongs_to_a_contact_is_found_in_the_client_and_in_the_log(
    browser: Client, account: ClientAccount, typed: str
) -> None:
    page = browser.post(of_client(account), {"wanted": f" {typed} "})

    told = main_words(page)
    assert f"Find {typed} in Harbour Lane Coffee" in told
    assert f"Find {typed} in the log of all clients" in told
    assert f'name="wanted" value="{typed}" data-typed' in html(page)
    assert f'name="line" value="{typed}" data-typed' in html(page)
    assert "data-contact" in html(page)
    assert page.context["is_contact"]


@pytest.mark.parametrize("typed", ["Tags", "ada@", "12", "New client"])
def test_words_are_no_contacts(typed: str) -> None:
    assert not re.search(LOOKS_LIKE_A_CONTACT, typed)


def test_the_log_is_offered_in_a_team(client: Client, account: ClientAccount) -> None:
    client.force_login(MembershipFactory(team=account.team, role=Role.AUDITOR).user)
    told = main_words(client.post(f"/t/{account.team.slug}/go/", {"wanted": ADDRESS}))
    assert f"Find {ADDRESS} in the log of all clients" in told
    assert f"Find {ADDRESS} in the log of all clients" in main_words(client.post("/go/", {"wanted": ADDRESS}))


def test_an_address_can_be_looked_up_in_each_client_from_pages_of_none(client: Client, account: ClientAccount) -> None:
    other = ClientAccountFactory(team=account.team, name="Bergwind")
    hidden = ClientAccountFactory(team=account.team, name="Hidden")
    limited = MembershipFactory(team=account.team, role=Role.VIEWER)
    set_limit(limited, [account, other], actor())
    client.force_login(limited.user)
    for page in ("/go/", f"/t/{account.team.slug}/go/", of_client(account)):
        shown = client.post(page, {"wanted": ADDRESS})
        for seen in (account, other):
            assert f"Find {ADDRESS} in {seen}" in main_words(shown)
            assert f'action="/t/{seen.team.slug}/clients/{seen.slug}/contacts/"' in html(shown)
        assert hidden.slug not in html(shown)
