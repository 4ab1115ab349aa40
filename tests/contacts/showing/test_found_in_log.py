"""After an add, a change of address, and a delete, everything in the log is found by the old address, the new one, each
SMS number, and the contact's ID."""

import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from tests.contacts.adding.test_add import send as add
from tests.contacts.changing.helpers import OnPage
from tests.contacts.showing.test_find import url
from tests.pages import words

OLD, NEW, NUMBER, NEW_NUMBER = "ada@klick-tipp.team", "bea@klick-tipp.team", "+4915112345678", "+4915187654321"
ADDED = "added a•••@klick-tipp.team to Harbour Lane Coffee"
EMAIL_CHANGED = "changed the email address of a•••@klick-tipp.team in Harbour Lane Coffee to b•••@klick-tipp.team"
NUMBER_CHANGED = "changed the SMS number of b•••@klick-tipp.team in Harbour Lane Coffee to +49•••21"
DELETED = "deleted the contact b•••@klick-tipp.team of Harbour Lane Coffee"


@pytest.fixture
def page(browser: Client, account: ClientAccount) -> OnPage:
    """What is left of a contact that was added, got another address and another number, and was deleted."""
    assert add(browser, account, email=OLD, sms_number=NUMBER).status_code == 302
    page = OnPage(browser, account, OLD)
    assert page.fill("email/", address=NEW).status_code == 200
    assert page.fill("sms/", address=NEW_NUMBER).status_code == 200
    assert page.fill("delete/", typed=NEW)["HX-Redirect"] == url(account)
    return page


@pytest.mark.parametrize("typed", [OLD, NEW.upper(), "0049 1511 2345678", NEW_NUMBER, ""])
def test_the_log_finds_all_that_was_done(page: OnPage, typed: str) -> None:
    """Nothing typed is the contact's ID here."""
    form = {"line": typed or page.contact_id}
    found = page.browser.post(f"/t/{page.account.team.slug}/log/", form, follow=True)
    for sentence in (ADDED, EMAIL_CHANGED, NUMBER_CHANGED, DELETED):
        assert sentence in words(found)
    about = " ".join(["+49•••21", "+49•••78", page.contact_id, "a•••@klick-tipp.team", "b•••@klick-tipp.team"])
    assert f"Only what is about this contact: {about}" in words(found)


def test_a_number_that_a_contact_was_given_here_finds_it(browser: Client, account: ClientAccount) -> None:
    assert add(browser, account, email=OLD).status_code == 302
    page = OnPage(browser, account, OLD)
    assert page.fill("sms/", address=NEW_NUMBER).status_code == 200
    assert browser.post(url(account), {"wanted": NEW_NUMBER}).url == url(account, f"{page.contact_id}/")


def test_the_page_of_the_deleted_contact_tells_what_was_done_to_it(page: OnPage) -> None:
    gone = page.browser.get(page.url())
    assert gone.status_code == 404
    for sentence in (ADDED, EMAIL_CHANGED, NUMBER_CHANGED, DELETED):
        assert sentence in words(gone)
