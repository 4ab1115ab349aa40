"""One address in several spellings is one on the suppression list, also where it was put there by an older portal."""

import hashlib
import hmac
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from integrations.audit.subjects import _team_key
from integrations.clients.models import ClientAccount
from integrations.suppression.models import Suppression
from tests.contacts.adding.test_add import send
from tests.factories import SuppressionFactory
from tests.pages import errors, html
from tests.service import Service
from tests.suppression.conftest import Listed

COMPOSED, DECOMPOSED, IDNA = "info@müller.example", "info@mu\u0308ller.example", "info@xn--mller-kva.example"
SPELLINGS = [
    COMPOSED,
    DECOMPOSED,
    IDNA,
    "Info@MÜLLER.Example",
    "\ufeffinfo@mül\u00adler.exam\u200bple",
    " \u202ainfo@müller.example\u202c\u00a0",
]


@pytest.mark.parametrize("suppressed", [COMPOSED, DECOMPOSED, IDNA])
@pytest.mark.parametrize("typed", SPELLINGS)
def test_who_is_on_the_list_is_not_added_in_another_spelling(
    browser: Client, account: ClientAccount, list_url: str, service: Service, suppressed: str, typed: str
) -> None:
    browser.post(f"{list_url}new/", {"address": suppressed})
    page = send(browser, account, email=typed)
    assert errors(page)["email"][0].startswith("On the suppression list since")
    assert service.paths() == []
    browser.post(f"{list_url}new/", {"address": typed})
    assert Suppression.objects.count() == 1


def before(account: ClientAccount, address: str) -> Suppression:
    """An entry as the portal made it before it compared domains in their IDNA form."""
    text = f"email:{address.strip().casefold()}".encode()
    entry: Suppression = SuppressionFactory(
        account=account, hash=hmac.digest(_team_key(account.team_id, 1), text, hashlib.sha256).hex()
    )
    return entry


@pytest.mark.parametrize("suppressed", [COMPOSED, DECOMPOSED, IDNA])
@pytest.mark.parametrize("typed", SPELLINGS)
def test_entries_of_an_older_portal_count_too(
    browser: Client, account: ClientAccount, service: Service, suppressed: str, typed: str
) -> None:
    before(account, suppressed)
    assert "email" in errors(send(browser, account, email=typed))
    assert service.paths() == []


def test_a_sharp_s_in_a_domain_was_kept_as_two_letters(browser: Client, account: ClientAccount) -> None:
    before(account, "info@straße.example")
    assert "email" in errors(send(browser, account, email="info@straße.example"))


def test_who_was_put_on_the_list_twice_gets_off_it_twice(
    browser: Client, account: ClientAccount, list_url: str
) -> None:
    for entry in [before(account, COMPOSED), before(account, DECOMPOSED)]:
        page = browser.post(f"{list_url}{entry.pk}/remove/", {"address": IDNA, "why": "new consent"})
        assert page.status_code == 302, html(page)
    assert not Suppression.objects.exists()


def test_who_is_on_the_list_is_not_tagged_in_another_spelling(
    browser: Client, account: ClientAccount, listed: Listed, service: Service
) -> None:
    listed(COMPOSED)
    form: dict[str, Any] = {"action": str(uuid4()), "addresses": DECOMPOSED, "tags": ["1"]}
    page = browser.post(f"/t/{account.team.slug}/clients/{account.slug}/tags/tagging/", form)
    assert "is on the suppression list" in errors(page)["addresses"][0]
    assert service.paths() == []


@pytest.mark.parametrize("address", ["root@localhost", "max@[127.0.0.1]", "jürgen@klick-tipp.team"])
def test_what_klicktipp_does_not_take_is_found_and_taken_off_but_not_put_on(
    browser: Client, account: ClientAccount, list_url: str, address: str
) -> None:
    assert "address" in errors(browser.post(f"{list_url}new/", {"address": address}))
    entry = before(account, address)
    assert browser.post(list_url, {"address": address}).context["entries"] == [entry]
    browser.post(f"{list_url}{entry.pk}/remove/", {"address": address, "why": "typing error"})
    assert not Suppression.objects.exists()
