"""What a contact's page tells of what was done here: refused as refused, and nothing that was meant for another."""

import re

from django.test import Client

from accounts.models import Membership
from integrations.audit.models import AuditSubject, SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.suppression.models import Reason, Suppression
from integrations.suppression.services import release, suppress
from tests.contacts.adding.test_add import send as add
from tests.contacts.changing.helpers import OnPage
from tests.factories import actor, errand
from tests.pages import errors, words

ADA, HANNA, NUMBER = "ada@klick-tipp.team", "hanna@klick-tipp.team", "+4915112345678"
CHANGE = "change the email address of h•••@klick-tipp.team in Harbour Lane Coffee to a•••@klick-tipp.team"
CHANGED = CHANGE.replace("change", "changed")


def told(page: OnPage) -> str:
    """The part of the page that tells it, with a reason right behind the sentence's link."""
    text = words(page.browser.get(page.url())).replace(" : ", ": ")
    return text[text.index("Done in this portal") :]


def test_a_change_that_was_refused_does_not_read_as_done(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    add(browser, account, email=ADA)
    add(browser, account, email=HANNA)
    hanna = OnPage(browser, account, HANNA)
    assert hanna.fill("email/", address=ADA).status_code == 422
    reason = "the email address already belongs to another contact"
    assert f"Refused: {owner.user} tried to {CHANGE}: {reason}" in told(hanna)


def test_what_was_refused_to_another_contact_is_not_told_of_whose_address_was_tried(
    browser: Client, account: ClientAccount
) -> None:
    add(browser, account, email=ADA, sms_number=NUMBER)
    add(browser, account, email=HANNA)
    hanna, ada = OnPage(browser, account, HANNA), OnPage(browser, account, ADA)
    assert hanna.fill("email/", address=ADA).status_code == 422
    assert hanna.fill("sms/", address=NUMBER).status_code == 422
    assert errors(add(browser, account, email="tom@klick-tipp.team", sms_number=NUMBER))
    assert "added a•••@klick-tipp.team to" in told(ada)
    assert "h•••@" not in told(ada)
    assert "t•••@" not in told(ada)
    assert "tried to change the SMS number" in told(hanna)


def test_what_was_refused_before_the_contact_had_an_id_is_told(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    subject = Subject(SubjectKind.EMAIL, ADA)
    suppress(errand(account), [subject], Reason.ENTERED)
    errors(add(browser, account, email=ADA))
    release(Suppression.objects.get(), subject, "New consent", actor())
    assert add(browser, account, email=ADA).status_code == 302
    refused = f"Refused: {owner.user} tried to add a•••@klick-tipp.team to Harbour Lane Coffee: this address"
    assert refused in told(OnPage(browser, account, ADA))


def test_a_suppressed_address_that_was_tried_is_found_in_the_log_and_not_told_on_its_page(
    browser: Client, account: ClientAccount
) -> None:
    add(browser, account, email=ADA)
    add(browser, account, email=HANNA)
    suppress(errand(account), [Subject(SubjectKind.EMAIL, ADA)], Reason.ENTERED)
    assert OnPage(browser, account, HANNA).fill("email/", address=ADA).status_code == 422
    assert CHANGE not in told(OnPage(browser, account, ADA))
    found = browser.post(f"/t/{account.team.slug}/log/", {"line": ADA}, follow=True)
    assert f"{CHANGE} : this address or number is on the client's suppression list" in words(found)


def test_an_address_that_another_contact_got_is_told(browser: Client, account: ClientAccount) -> None:
    add(browser, account, email=HANNA)
    hanna = OnPage(browser, account, HANNA)
    assert hanna.fill("email/", address=ADA).status_code == 200
    assert CHANGED in told(hanna)


def test_an_old_and_a_new_address_that_are_masked_alike_are_told_apart(browser: Client, account: ClientAccount) -> None:
    add(browser, account, email=HANNA)
    hanna = OnPage(browser, account, HANNA)
    assert "read the same" not in told(hanna)
    assert hanna.fill("email/", address="hannelore@klick-tipp.team").status_code == 200
    hanna.fill("sms/", address=NUMBER)
    text = told(OnPage(browser, account, "hannelore@klick-tipp.team")).replace("\u00a0", " ")
    emails = AuditSubject.objects.filter(kind=SubjectKind.EMAIL)
    old, new = emails.earliest("pk"), emails.latest("pk")
    assert old.mark != new.mark
    assert f"added h•••@klick-tipp.team ({old.mark}) to Harbour Lane Coffee" in text
    assert f"changed the email address of h•••@klick-tipp.team ({old.mark} → {new.mark}) in" in text
    assert f"changed the SMS number of h•••@klick-tipp.team ({new.mark}) in" in text
    assert "read the same" in text
    log = words(browser.post(f"/t/{account.team.slug}/log/", {"line": "hannelore@klick-tipp.team"}, follow=True))
    assert f"h•••@klick-tipp.team ({new.mark})" in log.replace("\u00a0", " ")


def test_times_tell_their_zone(browser: Client, account: ClientAccount) -> None:
    add(browser, account, email=ADA)
    assert re.search(r"\d\d/\d\d/\d{4} \d\d:\d\d UTC\+0[12]:00", told(OnPage(browser, account, ADA)))
