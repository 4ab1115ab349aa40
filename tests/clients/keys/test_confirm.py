"""Before a client account's first use a person confirms which KlickTipp account its key opens."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from accounts.services import set_role
from integrations.audit.models import AuditEntry
from integrations.clients.keys import proposals
from integrations.clients.models import ClientAccount, Credential
from tests.clients.helpers import confirm
from tests.factories import ClientAccountFactory, MembershipFactory, TeamFactory, add_client
from tests.service import Service

SENTENCES_OF_STORING = ("clients.added", "clients.key_stored", "clients.own_key_stored")


@pytest.fixture
def unbound(owner: Membership, service: Service) -> ClientAccount:
    """A client account that has never had a key."""
    return ClientAccountFactory(team=owner.team, name="Hafenkaffee", slug="hafenkaffee")


def type_new(browser: Client, owner: Membership, customer_key: str, **changes: str) -> Any:
    typed = {"name": "Harbour Lane Coffee", "colour": "teal", "customer_key": customer_key}
    return browser.post(reverse("client_new", kwargs={"team": owner.team.slug}), typed | changes)


def type_key(browser: Client, account: ClientAccount, customer_key: str, name: str = "client_key") -> Any:
    url = reverse(name, kwargs={"team": account.team.slug, "account": account.slug})
    return browser.post(url, {"customer_key": customer_key})


def words(browser: Client, url: str) -> str:
    return browser.get(url).content.decode()


def stored() -> list[str]:
    return list(AuditEntry.objects.filter(sentence__in=SENTENCES_OF_STORING).values_list("sentence", flat=True))


def assert_nothing_is_stored() -> None:
    assert not Credential.objects.exists()
    assert stored() == []


def test_the_page_says_which_account_the_key_opens_and_nothing_is_stored_yet(
    browser: Client, owner: Membership, service: Service
) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    page = words(browser, answer.url)
    four = service.customer_keys[0][-4:]
    for told in (
        "harbourlane",
        str(service.accounts[0]["uid"]),
        f"Store the key …{four} for Harbour",
    ):
        assert told in page
    assert not ClientAccount.objects.exists()
    assert_nothing_is_stored()


def test_where_the_account_is_not_told_its_optin_processes_tell_it(
    browser: Client, owner: Membership, service: Service
) -> None:
    service.fault(path="/account", status=403, body='["API access denied."]', always=True)
    names = ", ".join(f'"{number}": "Process {number}"' for number in range(1, 12))
    service.fault(path="/list", status=200, body=f'{{"70": "", {names}}}', always=True)
    page = words(browser, type_new(browser, owner, service.customer_keys[0]).url)
    assert "opt-in process 70" in page
    assert "Process 1, Process 2" in page
    assert "Process 9" not in page
    assert "and 3 more" in page
    assert "You can recognise it by its opt-in processes." in page


@pytest.mark.parametrize("is_own", [False, True])
def test_the_first_key_of_a_client_waits_for_confirmation(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service, is_own: bool
) -> None:
    name = "client_own_key" if is_own else "client_key"
    answer = type_key(browser, unbound, service.customer_keys[0], name)
    page = words(browser, answer.url)
    assert ("you alone" in page) is is_own
    assert_nothing_is_stored()

    assert confirm(browser, answer).url == reverse(
        "client_keys", kwargs={"team": owner.team.slug, "account": unbound.slug}
    )

    credential = Credential.objects.get()
    assert (credential.secret, credential.user) == (service.customer_keys[0], owner.user if is_own else None)
    unbound.refresh_from_db()
    assert unbound.uid == str(service.accounts[0]["uid"])


@pytest.mark.parametrize("name", ["client_key", "client_own_key"])
def test_a_key_of_the_account_that_is_bound_already_needs_none(
    browser: Client, owner: Membership, service: Service, name: str
) -> None:
    account = add_client(owner.team, "Bergwind", service.customer_keys[0])
    answer = type_key(browser, account, service.customer_keys[0], name)
    assert answer.url == reverse("client_keys", kwargs={"team": owner.team.slug, "account": account.slug})
    assert Credential.objects.latest("pk").stored_by == owner.user


def test_the_key_waits_encrypted_and_is_in_no_page_and_no_cookie(
    browser: Client, owner: Membership, service: Service
) -> None:
    key = service.customer_keys[0]
    answer = type_new(browser, owner, key)
    page = browser.get(answer.url)
    assert key not in page.content.decode()
    assert key not in str(browser.cookies)
    assert key not in str(dict(browser.session.items()))
    assert key not in repr(page.context["proposal"])
    assert page.headers["Cache-Control"] == "private, no-store"


def test_turning_the_account_down_keeps_what_was_typed_but_the_key(
    browser: Client, owner: Membership, service: Service
) -> None:
    answer = type_new(browser, owner, service.customer_keys[0], name="Bär & Söhne", colour="pink")
    form = browser.get(confirm(browser, answer, drop="1").url)
    assert (form.context["form"]["name"].value(), form.context["form"]["colour"].value()) == ("Bär & Söhne", "pink")
    assert service.customer_keys[0] not in form.content.decode()
    assert browser.session["proposals"] == {}
    assert_nothing_is_stored()


def test_turning_down_a_clients_key_leads_back_to_its_form(
    browser: Client, unbound: ClientAccount, service: Service
) -> None:
    answer = type_key(browser, unbound, service.customer_keys[0], "client_own_key")
    assert confirm(browser, answer, drop="1").url.endswith("/own-key/")
    assert_nothing_is_stored()


def test_a_key_waits_for_an_hour(
    browser: Client, owner: Membership, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    sent = {"proposal": str(browser.get(answer.url).context["proposal"].id), "name": "Bergwind", "colour": "pink"}
    later = time.time() + timedelta(hours=1, seconds=1).total_seconds()
    monkeypatch.setattr(proposals.time, "time", lambda: later)
    browser.force_login(owner.user)

    page = browser.post(answer.url, sent, follow=True)

    assert "No tested key is waiting here" in page.content.decode()
    assert 'value="Bergwind"' in page.content.decode()
    assert browser.session["proposals"] == {}
    assert_nothing_is_stored()


def test_signing_out_ends_the_waiting(browser: Client, owner: Membership, service: Service) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    browser.post(reverse("account_logout"))
    browser.force_login(owner.user)
    assert "No tested key is waiting here" in browser.get(answer.url, follow=True).content.decode()


def test_a_key_that_waits_for_another_person_is_not_there(browser: Client, owner: Membership, service: Service) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    proposal = str(browser.get(answer.url).context["proposal"].id)
    browser.force_login(MembershipFactory(team=owner.team, role=Role.ADMIN).user)
    browser.post(answer.url, {"proposal": proposal, "name": "Bergwind", "colour": "pink"})
    assert_nothing_is_stored()


def test_a_lost_encryption_key_ends_the_waiting(
    browser: Client, owner: Membership, service: Service, settings: Any
) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    settings.ENCRYPTION_KEYS = ["J-C3bKyhJYTqUQGPs39vGZnTO3VIbNRYwqIXSzv0oCs="]
    assert "No tested key is waiting here" in browser.get(answer.url, follow=True).content.decode()


def test_whoever_loses_the_right_meanwhile_stores_nothing(client: Client, owner: Membership, service: Service) -> None:
    admin = MembershipFactory(team=owner.team, role=Role.ADMIN)
    client.force_login(admin.user)
    answer = type_new(client, owner, service.customer_keys[0])
    proposal = str(client.get(answer.url).context["proposal"].id)
    set_role(owner.team, admin.user, Role.EDITOR, by=owner.user)
    assert client.post(answer.url, {"proposal": proposal, "name": "A", "colour": "pink"}).status_code == 403
    assert_nothing_is_stored()


def test_a_newer_key_takes_the_place_of_the_one_before(browser: Client, owner: Membership, service: Service) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    older = str(browser.get(answer.url).context["proposal"].id)
    type_new(browser, owner, service.customer_keys[1], name="Bergwind")

    page = browser.post(answer.url, {"proposal": older, "name": "A", "colour": "pink"}, follow=True).content.decode()

    assert "Another key was tested meanwhile" in page
    assert "bergwind" in page
    assert_nothing_is_stored()


def test_keys_for_two_clients_wait_beside_each_other(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    new = type_new(browser, owner, service.customer_keys[0])
    existing = type_key(browser, unbound, service.customer_keys[1])
    confirm(browser, new)
    confirm(browser, existing)
    assert {credential.secret for credential in Credential.objects.all()} == set(service.customer_keys[:2])


@pytest.mark.parametrize("is_new", [True, False])
def test_confirming_twice_stores_once_and_ends_on_the_clients_page(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service, is_new: bool
) -> None:
    key = service.customer_keys[0]
    answer = type_new(browser, owner, key) if is_new else type_key(browser, unbound, key)
    page = browser.get(answer.url)
    sent = {"proposal": str(page.context["proposal"].id), "name": "Bergwind", "colour": "pink"}
    session = dict(browser.session.items())

    first = browser.post(answer.url, sent)
    after_the_first = browser.session
    after_the_first.update(session)
    after_the_first.save()
    second = browser.post(answer.url, sent)

    assert first.url == second.url
    assert browser.get(first.url).status_code == 200
    assert Credential.objects.count() == 1
    assert stored().count("clients.key_stored") == 1


def test_a_name_taken_meanwhile_is_asked_for_again_and_the_key_goes_on_waiting(
    browser: Client, owner: Membership, service: Service
) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    ClientAccountFactory(team=owner.team, name="harbour lane coffee")

    refused = confirm(browser, answer)

    assert refused.status_code == 422
    assert "Another client of your team has this name." in refused.content.decode()
    confirm(browser, answer, name="Hafenkaffee")
    assert ClientAccount.objects.get(credentials__isnull=False).name == "Hafenkaffee"


def test_an_account_that_a_client_of_the_team_was_bound_to_meanwhile_is_refused_by_name(
    browser: Client, owner: Membership, unbound: ClientAccount, service: Service
) -> None:
    new = type_new(browser, owner, service.customer_keys[0])
    existing = type_key(browser, unbound, service.customer_keys[0])
    add_client(owner.team, "Bergwind", service.customer_keys[0])

    for answer in (new, existing):
        refused = confirm(browser, answer)
        assert refused.status_code == 422
        assert "the client Bergwind uses already" in refused.content.decode()
    assert Credential.objects.count() == 1


def test_a_client_bound_to_another_account_meanwhile_keeps_it(
    browser: Client, unbound: ClientAccount, service: Service
) -> None:
    answer = type_key(browser, unbound, service.customer_keys[0])
    ClientAccount.objects.update(uid="1", identity_name="bergwind")
    refused = confirm(browser, answer)
    assert refused.status_code == 422
    assert "bound to (bergwind)" in refused.content.decode()
    assert_nothing_is_stored()


def test_a_client_removed_meanwhile_is_not_there(browser: Client, unbound: ClientAccount, service: Service) -> None:
    answer = type_key(browser, unbound, service.customer_keys[0])
    unbound.delete()
    assert browser.post(answer.url, {"proposal": "x"}).status_code == 404


def test_an_account_that_another_team_works_with_is_said_without_naming_it(
    browser: Client, owner: Membership, service: Service
) -> None:
    other = TeamFactory(name="Konkurrenz GmbH")
    add_client(other, "Their name for it", service.customer_keys[0])

    page = words(browser, type_new(browser, owner, service.customer_keys[0]).url)

    assert "Another team of this portal works with this KlickTipp account, too." in page
    assert "Konkurrenz" not in page
    assert "Their name" not in page


def test_an_account_that_nobody_else_works_with_is_not_said_to_be(
    browser: Client, owner: Membership, service: Service
) -> None:
    ClientAccountFactory(uid=service.accounts[0]["uid"])
    page = words(browser, type_new(browser, owner, service.customer_keys[0]).url)
    assert "Another team" not in page


@pytest.mark.parametrize("proposal", ["", "x", "6a9c0f0e-6a4b-4a43-9c0c-3d2f9d7a1b11"])
def test_a_form_of_nobody_stores_nothing(browser: Client, owner: Membership, service: Service, proposal: str) -> None:
    answer = type_new(browser, owner, service.customer_keys[0])
    browser.post(answer.url, {"proposal": proposal, "name": "A", "colour": "pink"})
    assert_nothing_is_stored()


def test_a_form_sent_for_a_client_of_another_team_leads_nowhere(
    browser: Client, owner: Membership, service: Service
) -> None:
    foreign = add_client(TeamFactory(), "Konkurrenz", service.customer_keys[0])
    action = AuditEntry.objects.get(sentence="clients.key_stored", account_id=foreign.pk).action
    url = reverse("client_new_confirm", kwargs={"team": owner.team.slug})
    answer = browser.post(url, {"proposal": str(action)}, follow=True)
    assert "No tested key is waiting here" in answer.content.decode()
