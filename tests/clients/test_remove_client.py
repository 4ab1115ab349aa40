"""Removing a client account: its name typed; what is open elsewhere is told, and nothing breaks."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.sentences import tell
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, Credential, ReferenceKind
from integrations.clients.services import remove_client
from integrations.contacts.models import Origin
from tests.factories import MembershipFactory, OriginFactory, actor
from tests.service import Service


@pytest.fixture
def url(account: ClientAccount) -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/remove/"


def test_the_page_says_what_goes_and_what_stays(browser: Client, url: str) -> None:
    page = browser.get(url).content.decode()
    assert "The portal forgets the client" in page
    assert "In KlickTipp nothing changes" in page
    assert page.count("Remove Harbour Lane Coffee from the portal") == 2


@pytest.mark.parametrize("typed", ["Harbour Lane Coffee", "  Harbour  Lane Coffee "])
def test_the_client_and_its_keys_go_after_its_name_was_typed(
    browser: Client, owner: Membership, account: ClientAccount, service: Service, url: str, typed: str
) -> None:
    OriginFactory(account=account)
    load(account, ReferenceKind.TAGS, actor(owner.user))
    editor = MembershipFactory(team=owner.team, role=Role.EDITOR)
    own = Credential(account=account, user=editor.user, stored_at=account.checked_at)
    own.secret = service.customer_keys[0]
    own.save()
    called = service.paths()

    page = browser.post(url, {"typed_name": typed}, follow=True).content.decode()

    assert "Harbour Lane Coffee is removed from this portal." in page
    assert not ClientAccount.objects.exists()
    assert not Credential.objects.exists()
    assert not Origin.objects.exists()
    assert service.paths() == called
    events = AuditEntry.objects.filter(sentence__startswith="clients.", kind="event").order_by("number")
    told = [tell(entry.sentence, entry.parameters) for entry in events]
    four = service.customer_keys[0][-4:]
    assert told == [
        f"{owner.user} removed the customer key …{four} of Harbour Lane Coffee",
        f"{owner.user} removed the customer key …{four} that {editor.user} had stored for Harbour Lane Coffee "
        "and may no longer use",
        f"{owner.user} removed the client Harbour Lane Coffee from the portal",
    ]


@pytest.mark.parametrize("typed", ["", "harbour lane coffee", "Bergwind"])
def test_another_name_removes_nothing(browser: Client, account: ClientAccount, url: str, typed: str) -> None:
    page = browser.post(url, {"typed_name": typed})
    assert page.status_code == 422
    assert "This is not the name. Nothing was deleted." in page.content.decode()
    assert Credential.objects.filter(account=account).exists()


def test_the_log_still_shows_what_was_done_for_a_removed_client(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    load(account, ReferenceKind.TAGS, actor(owner.user))
    remove_client(account, actor(owner.user))
    page = browser.get(f"/t/{owner.team.slug}/log/?kind=any").content.decode()
    assert "loaded the tags of Harbour Lane Coffee" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("what", "is_sent_at_once"),
    [
        ("contacts/add/", True),
        ("contacts/add/", False),
        ("tags/new/", False),
        ("settings/", False),
        ("key/", False),
        ("key/test/", False),
        ("key/remove/", False),
    ],
)
def test_a_client_removed_while_something_is_on_its_way_is_told_as_gone(
    browser: Client, owner: Membership, account: ClientAccount, service: Service, what: str, is_sent_at_once: bool
) -> None:
    """The answers come late, after the client has gone; what was sent stands in the log with its outcome."""
    typed = {
        "action": "8a4c0f9e-6f0c-4f0c-9c58-1f0d6f4a4b0e",
        "email": "rainer@klick-tipp.team",
        "basis": "consent",
        "source": "Trade fair",
        "obtained_on": "2026-11-01",
        "name": "Herbst",
        "colour": "teal",
        "country": "DE",
        "customer_key": service.customer_keys[0],
    }
    if what == "contacts/add/" and is_sent_at_once:
        typed |= {"email": "", "sms_number": "+4915112345678"}
    service.fault(always=True, delay_ms=700)
    called = len(service.received())

    def send() -> Any:
        try:
            return browser.post(f"/t/{owner.team.slug}/clients/{account.slug}/{what}", typed, follow=True)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send)
        if what in ("contacts/add/", "tags/new/", "key/", "key/test/"):
            while len(service.received()) == called and not answer.done():
                pass
        remove_client(account, actor(owner.user))
        assert answer.result().status_code in (200, 404)

    assert not ClientAccount.objects.exists()
    entries = AuditEntry.objects.exclude(sentence="people.page_missed")
    assert set(entries.values_list("outcome", flat=True)) == {Outcome.DONE}
    if what == "contacts/add/":
        assert answer.result().status_code == 404
        assert AuditEntry.objects.filter(operation="add_or_update_contact").exists() is is_sent_at_once
