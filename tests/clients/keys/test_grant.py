"""To KlickTipp's grant page and back with a customer key, which is stored only when a person has confirmed it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team
from accounts.roles import Role
from accounts.services import set_role
from integrations.audit.models import PORTAL, AuditEntry, Outcome
from integrations.audit.presentation import LoggedAction
from integrations.clients.keys import grants
from integrations.clients.models import ClientAccount, Credential, Grant
from tests.clients.helpers import confirm
from tests.factories import ClientAccountFactory, MembershipFactory, add_client
from tests.service import Service


@pytest.fixture
def unbound(owner: Membership, service: Service) -> ClientAccount:
    """A client account that has never had a key."""
    return ClientAccountFactory(team=owner.team, name="Hafenkaffee", slug="hafenkaffee")


def begin(browser: Client, account: ClientAccount, name: str = "client_key_grant") -> Any:
    return browser.post(reverse(name, kwargs={"team": account.team.slug, "account": account.slug}))


def begin_new(browser: Client, owner: Membership, name: str = "", **typed: str) -> Any:
    url = reverse("client_new_grant", kwargs={"team": owner.team.slug})
    return browser.post(url, {"name": name, "colour": "teal"} | typed)


def grant_access(answer: Any, service: Service, number: int = 0) -> str:
    """What the owner of an account does at KlickTipp. Returns where KlickTipp then sends the browser, with the key."""
    page = requests.get(answer.url, timeout=5)
    assert page.status_code == 200, page.text
    granted = requests.post(answer.url, data={"uid": service.accounts[number]["uid"]}, allow_redirects=False, timeout=5)
    return granted.headers["Location"].removeprefix("http://127.0.0.1:8000")


def refusals() -> list[str]:
    entries = AuditEntry.objects.filter(sentence="clients.grant_refused")
    assert {entry.outcome for entry in entries} <= {Outcome.FAILED, Outcome.REFUSED}
    return [entry.answer["problem"] for entry in entries]


def told_refusal(answer: Any) -> str:
    """What the page says to which a refused way back leads; its address has no key."""
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, reverse("grant_refused"))
    return str(answer.client.get(answer.headers["Location"]).content.decode())


def assert_refused(answer: Any, obstacle: str, words: str) -> None:
    assert words in told_refusal(answer)
    assert refusals() == [obstacle]
    assert not Credential.objects.exists()


@pytest.mark.parametrize("is_own", [False, True])
def test_a_granted_key_is_stored_after_it_has_been_confirmed(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service, is_own: bool
) -> None:
    begun = begin(browser, unbound, "client_own_key_grant" if is_own else "client_key_grant")
    back = browser.get(grant_access(begun, service))
    assert back.status_code == 303
    assert back.url.endswith("/own-key/confirm/" if is_own else "/key/confirm/")
    assert "KlickTipp has sent the key and accepts it." in browser.get(back.url).content.decode()
    assert not Credential.objects.exists()

    confirm(browser, back)

    credential = Credential.objects.get()
    assert (credential.secret, credential.user) == (service.customer_keys[0], owner.user if is_own else None)


def test_a_granted_key_waits_for_confirmation_even_where_one_is_stored(
    browser: Client, owner: Membership, service: Service
) -> None:
    account = add_client(owner.team, "Bergwind", service.customer_keys[0])
    before = Credential.objects.get()
    back = browser.get(grant_access(begin(browser, account), service))
    assert Credential.objects.get() == before
    confirm(browser, back)
    assert Credential.objects.get() != before


@pytest.mark.parametrize(("typed", "name"), [("Hafenkaffee", "Hafenkaffee"), ("", "harbourlane")])
def test_a_new_client_is_named_by_the_person_or_by_its_account(
    browser: Client, owner: Membership, service: Service, typed: str, name: str
) -> None:
    back = browser.get(grant_access(begin_new(browser, owner, typed), service))
    confirm(browser, back)
    account = ClientAccount.objects.get()
    assert (account.name, account.colour) == (name, "teal")


def test_where_the_account_is_not_told_the_team_names_the_client(
    browser: Client, owner: Membership, service: Service
) -> None:
    service.fault(path="/account", status=403, body='["API access denied."]', always=True)
    confirm(browser, browser.get(grant_access(begin_new(browser, owner), service)))
    assert ClientAccount.objects.get().name == owner.team.name


def test_a_name_that_another_client_has_is_said_at_its_field_before_the_way_begins(
    browser: Client, owner: Membership, unbound: ClientAccount
) -> None:
    page = begin_new(browser, owner, "hafenkaffee", customer_key="half a key")
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["name"]
    assert "half a key" in page.content.decode()
    assert not Grant.objects.exists()


def test_the_way_back_leads_to_the_portals_own_address(browser: Client, unbound: ClientAccount, settings: Any) -> None:
    settings.PORTAL_URL = "https://portal.example.com"
    url = reverse("client_key_grant", kwargs={"team": unbound.team.slug, "account": unbound.slug})
    begun = browser.post(url)
    assert f"/grantapiaccess/{settings.KLICKTIPP_OPERATOR_ID}?url=https://portal.example.com/grants/" in begun.url
    assert begun.url.endswith("/?customerkey=")


def test_the_cookie_is_for_the_way_back_alone(browser: Client, unbound: ClientAccount, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    begun = begin(browser, unbound)
    cookie = begun.cookies["grant"]
    assert cookie["path"] == urlsplit(begun.url.partition("url=")[2]).path
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["max-age"]) == (True, True, "Lax", 3600)
    state = cookie["path"].split("/")[2]
    assert state not in str(list(Grant.objects.values()))


def test_the_way_back_keeps_the_key_to_itself(browser: Client, unbound: ClientAccount, service: Service) -> None:
    back = browser.get(grant_access(begin(browser, unbound), service))
    key = service.customer_keys[0]
    assert key not in back.url
    assert key not in str(back.headers)
    assert (back.headers["Referrer-Policy"], back.headers["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert back.cookies["grant"].value == ""
    assert key not in browser.get(back.url).content.decode()
    assert key not in str(list(AuditEntry.objects.values()))


def test_a_second_return_is_refused(browser: Client, unbound: ClientAccount, service: Service) -> None:
    url = grant_access(begin(browser, unbound), service)
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    browser.get(url)
    browser.cookies.load(cookies)
    assert_refused(browser.get(url), "grant_used", "has been taken before")


def test_who_lacks_a_second_factor_that_is_required_by_now_stores_nothing_and_sees_no_client(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    back = grant_access(begin(browser, unbound), service)
    Team.objects.update(second_factor_from=timezone.now())
    answer = browser.get(back)
    words = told_refusal(answer)
    assert "your role does not allow" in words.lower()
    assert unbound.name not in words
    assert service.paths() == []


def test_a_return_after_an_hour_is_refused(browser: Client, unbound: ClientAccount, service: Service) -> None:
    url = grant_access(begin(browser, unbound), service)
    Grant.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert_refused(browser.get(url), "grant_expired", "took longer than an hour")


def test_a_return_in_another_browser_is_refused(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    url = grant_access(begin(browser, unbound), service)
    other = Client()
    other.force_login(owner.user)
    assert_refused(other.get(url), "grant_not_begun_here", "was not begun in this browser")
    assert Grant.objects.get().used_at is None


def test_the_cookie_of_another_way_is_refused(browser: Client, unbound: ClientAccount, service: Service) -> None:
    url = grant_access(begin(browser, unbound), service)
    begin(browser, unbound)
    assert_refused(browser.get(url), "grant_not_begun_here", "was not begun in this browser")


@pytest.mark.parametrize("cookie", ["", "x", "x:y:z"])
def test_a_forged_cookie_is_refused(browser: Client, unbound: ClientAccount, service: Service, cookie: str) -> None:
    url = grant_access(begin(browser, unbound), service)
    browser.cookies["grant"] = cookie
    assert_refused(browser.get(url), "grant_not_begun_here", "was not begun in this browser")


def test_a_forged_state_is_refused_and_logged_once_in_a_while(browser: Client, service: Service) -> None:
    for _ in range(3):
        answer = browser.get(f"/grants/forged/?customerkey={service.customer_keys[0]}")
        assert_refused(answer, "grant_not_begun_here", "was not begun in this browser")
    assert AuditEntry.objects.get(sentence="clients.grant_refused").team_id == PORTAL
    assert service.received() == []


def test_somebody_elses_way_is_refused(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    url = grant_access(begin(browser, unbound), service)
    cookie = browser.cookies["grant"]
    browser.force_login(MembershipFactory(team=owner.team).user)
    browser.cookies["grant"] = cookie
    answer = browser.get(url)
    assert_refused(answer, "grant_of_another", "Somebody else began")
    assert "Begin again" not in answer.content.decode()


def test_whoever_was_signed_out_meanwhile_is_asked_to_begin_again(
    browser: Client, unbound: ClientAccount, service: Service
) -> None:
    url = grant_access(begin(browser, unbound), service)
    del browser.cookies["session"]
    answer = browser.get(url)
    assert_refused(answer, "grant_signed_out", "You have been signed out meanwhile")
    assert service.customer_keys[0] not in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_whoever_lost_the_right_meanwhile_is_refused(
    client: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    admin = MembershipFactory(team=owner.team, role=Role.ADMIN)
    client.force_login(admin.user)
    url = grant_access(begin(client, unbound), service)
    set_role(owner.team, admin.user, Role.EDITOR, by=owner.user)
    assert_refused(client.get(url), "grant_not_allowed", "Your role does not allow")


@pytest.mark.parametrize(
    ("query", "obstacle", "words"),
    [
        ("", "grant_without_key", "has sent no customer key back"),
        ("?customerkey=", "grant_without_key", "has sent no customer key back"),
        ("?customerkey=a&customerkey=b", "grant_without_key", "has sent no customer key back"),
        ("?customerkey=two%20words", "grant_with_malformed_key", "is no customer key"),
        ("?customerkey=%00%ff", "grant_with_malformed_key", "is no customer key"),
        (f"?customerkey={'k' * 300}", "grant_with_malformed_key", "is no customer key"),
    ],
)
def test_what_is_no_key_is_refused_and_not_sent(
    browser: Client, unbound: ClientAccount, service: Service, query: str, obstacle: str, words: str
) -> None:
    url = grant_access(begin(browser, unbound), service).partition("?")[0]
    assert_refused(browser.get(url + query), obstacle, words)
    assert service.received() == []


def test_signs_in_a_key_arrive_as_they_were_sent(
    browser: Client, unbound: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = grant_access(begin(browser, unbound), service).partition("?")[0]
    seen = []
    monkeypatch.setattr(
        "integrations.clients.keys.grant_views.Login.by_customer_key", lambda key: seen.append(key) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        browser.get(f"{url}?customerkey=a+b/c=%2B")
    assert seen == ["a+b/c=+"]


def test_another_accounts_key_is_refused_by_name(browser: Client, owner: Membership, service: Service) -> None:
    account = add_client(owner.team, "Bergwind", service.customer_keys[0])
    answer = browser.get(grant_access(begin(browser, account), service, number=1))
    assert "bound to (harbourlane)" in told_refusal(answer)
    assert Credential.objects.get().secret == service.customer_keys[0]


def test_a_key_that_klicktipp_refuses_is_told_with_the_way_into_the_log(
    browser: Client, unbound: ClientAccount, service: Service
) -> None:
    url = grant_access(begin(browser, unbound), service).partition("=")[0] + "=a-wrong-key-that-is-long"
    answer = told_refusal(browser.get(url))
    assert "KlickTipp refuses the access." in answer
    assert "/log/action/" in answer
    assert "a-wrong-key" not in answer
    assert reverse("client_key", kwargs={"team": unbound.team.slug, "account": unbound.slug}) in answer


def test_the_log_says_what_happened(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    url = grant_access(begin(browser, unbound), service)
    Grant.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    browser.get(url)
    action = LoggedAction([AuditEntry.objects.get(sentence="clients.grant_refused")])
    assert action.sentence.startswith(f"{owner.user} came back without a key from KlickTipp")
    assert action.head.account_id == unbound.pk
    assert "took longer than an hour" in str(action.problems[0].what)


def test_an_error_in_the_middle_knows_the_request_without_the_key(
    browser: Client, unbound: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[HttpRequest] = []

    def fail(request: HttpRequest, *_: Any, **__: Any) -> None:
        seen.append(request)
        raise RuntimeError

    url = grant_access(begin(browser, unbound), service)
    monkeypatch.setattr("integrations.clients.keys.grant_views.ask", fail)
    with pytest.raises(RuntimeError):
        browser.get(url)
    (request,) = seen
    assert service.customer_keys[0] not in str([request.META, request.GET, request.get_full_path()])


@pytest.mark.parametrize("page", ["clients/new/", "clients/hafenkaffee/key/", "clients/hafenkaffee/own-key/"])
def test_the_button_is_there_only_where_the_operators_account_is_known(
    browser: Client, unbound: ClientAccount, settings: Any, page: str
) -> None:
    url = f"/t/{unbound.team.slug}/{page}"
    assert "Get a key from KlickTipp" in browser.get(url).content.decode()
    settings.KLICKTIPP_OPERATOR_ID = ""
    assert "Get a key from KlickTipp" not in browser.get(url).content.decode()


def test_without_the_operators_account_no_way_begins(browser: Client, unbound: ClientAccount, settings: Any) -> None:
    settings.KLICKTIPP_OPERATOR_ID = ""
    assert begin(browser, unbound).status_code == 404


def test_old_ways_are_forgotten(owner: Membership) -> None:
    grants.begin(owner.user, owner.team)
    grants.begin(owner.user, owner.team)
    Grant.objects.filter(pk=Grant.objects.latest("pk").pk).update(created_at=timezone.now() - timedelta(hours=25))
    grants.forget_old_grants()
    assert Grant.objects.count() == 1
