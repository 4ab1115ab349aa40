"""An add that KlickTipp did not answer: a button finds out what became of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.recorder import Recorder
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin
from integrations.klicktipp import Attempt, Ending, KlickTipp
from tests.contacts.adding.test_add import shown_by, tag_ids, typed, url
from tests.contacts.adding.test_preview import ADD, LOOK, NEW, add
from tests.factories import MembershipFactory
from tests.pages import Page, errors, main_words
from tests.service import Service

LOST = {"close": "before"}
DONE_BUT_UNANSWERED = {"close": "after"}


def send_into_the_dark(
    browser: Client, account: ClientAccount, service: Service, fault: dict[str, Any], form: dict[str, Any]
) -> tuple[Page, dict[str, Any]]:
    """Send a form whose add gets no answer; the page that says so, and the form with the action that its button checks
    under `check`."""
    service.fault(path="/subscriber", **fault)
    page = browser.post(url(account), form)
    assert page.status_code == 422
    assert page.context["page"].failure.may_have_happened
    again = form | {"action": str(page.context["action"]), "looked": "", "seen": ""}
    unsure = page.context["page"].unsure
    return page, again | {"check": str(unsure.action)}


def check(browser: Client, account: ClientAccount, form: dict[str, Any]) -> Page:
    """Press the button that looks what became of the add."""
    typed = {name: value for name, value in form.items() if name != "check"}
    return browser.post(url(account, f"add/check/{form['check']}/"), typed)


@pytest.fixture
def form() -> dict[str, Any]:
    return typed(fieldFirstName="Reiner")


@pytest.mark.parametrize("fault", [LOST, DONE_BUT_UNANSWERED, {"status": 502, "body": "x"}, {"cut": 10}])
def test_the_page_offers_to_check_and_has_lost_nothing(
    browser: Client, account: ClientAccount, service: Service, fault: dict[str, Any], form: dict[str, Any]
) -> None:
    page, _ = send_into_the_dark(browser, account, service, fault, form)
    words = main_words(page)
    assert "The contact may have been added all the same" in words
    assert "Check at KlickTipp" in words
    assert 'value="Reiner"' in page.content.decode()
    assert 'name="looked"' not in page.content.decode(), "what was looked up before the add may be wrong now"


def test_what_cannot_have_added_the_contact_is_not_to_be_checked(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/tag", close="after")
    page = browser.post(url(account), typed(tags_new="Herbst 2026"))
    assert page.context["page"].failure.may_have_happened
    assert "Check at KlickTipp" not in main_words(page)


def test_an_add_that_was_lost_is_told_as_such_and_can_be_sent_again(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    _, checking = send_into_the_dark(browser, account, service, LOST, form)
    page = check(browser, account, checking)
    assert page.status_code == 200
    words = main_words(page)
    assert f"{NEW} is not among the contacts of Harbour Lane Coffee yet" in words
    assert "KlickTipp may still be working on what was sent" in words
    assert words.index("Check once more") < words.index("Add contact to Harbour Lane Coffee", words.index(" yet"))
    assert 'value="Reiner"' in page.content.decode()
    before = len(service.paths())
    del checking["check"]
    answer = browser.post(url(account), checking | {"action": page.context["action"]} | shown_by(page))
    assert answer.status_code == 302
    assert service.paths()[before:] == [LOOK, ADD]


def test_an_add_that_arrives_after_the_check_is_not_sent_twice_unseen(
    browser: Client, account: ClientAccount, api: KlickTipp, service: Service, form: dict[str, Any]
) -> None:
    _, checking = send_into_the_dark(browser, account, service, LOST, form)
    page = check(browser, account, checking)
    api.add_or_update_contact(NEW, fields={"fieldFirstName": "Reiner"})
    before = len(service.paths())
    del checking["check"]
    page = browser.post(url(account), checking | {"action": page.context["action"]} | shown_by(page))
    words = main_words(page)
    assert "nothing would change" in words
    assert "KlickTipp gave no answer when this address was sent" in words
    assert ADD not in service.paths()[before:]
    assert check(browser, account, checking | {"check": str(page.context["page"].unsure.action)}).status_code == 302
    assert Origin.objects.get().is_confirmed


def test_an_add_that_has_happened_is_told_on_its_page_and_the_origin_is_completed(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    form |= {"tags": [tag_ids(account)["VIP"]]}
    _, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form)
    answer = check(browser, account, checking)
    origin = Origin.objects.get()
    assert origin.contact_id
    assert answer.url == url(account, f"added/{origin.action}/")
    page = browser.get(answer.url)
    words = main_words(page)
    assert f"{NEW} is in KlickTipp with everything you typed." in words
    assert "Added to Harbour Lane Coffee" in words
    assert url(account, f"{origin.contact_id}/") in page.content.decode()
    assert "Check at KlickTipp" not in words
    assert "Status in KlickTipp opt-in pending" in words
    assert "Tags VIP" in words
    assert "A check has found the contact there since." in main_words(browser.get(answer.url))
    assert service.paths().count(ADD) == 1
    colleague = Client()
    colleague.force_login(MembershipFactory(team=account.team, role=Role.EDITOR).user)
    assert NEW not in main_words(colleague.get(answer.url))


def test_the_log_has_the_check_as_a_read_and_the_add_as_it_was(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    _, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form)
    check(browser, account, checking)
    checks = AuditEntry.objects.filter(sentence="contacts.add_checked")
    assert [entry.operation for entry in checks.order_by("number")] == ["find_contact", "get_contact"]
    assert {entry.kind for entry in checks} == {Kind.READ}
    assert tell(checks[0].sentence, checks[0].parameters).endswith(
        "checked whether r•••@klick-tipp.team had been added to Harbour Lane Coffee"
    )
    assert AuditEntry.objects.get(operation="add_or_update_contact").outcome == Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        (LOST, "adding r•••@klick-tipp.team to Harbour Lane Coffee: it was not there yet"),
        (DONE_BUT_UNANSWERED, "adding r•••@klick-tipp.team to Harbour Lane Coffee: it was there with what was sent"),
    ],
)
def test_the_log_tells_what_the_check_has_found(
    browser: Client,
    account: ClientAccount,
    service: Service,
    form: dict[str, Any],
    fault: dict[str, Any],
    finding: str,
) -> None:
    _, checking = send_into_the_dark(browser, account, service, fault, form)
    check(browser, account, checking)
    event = AuditEntry.objects.get(kind=Kind.EVENT, sentence__contains="settled")
    assert finding in tell(event.sentence, event.parameters)
    assert finding in main_words(browser.get(f"/t/{account.team.slug}/log/"))


def test_the_entry_of_an_add_and_what_was_found_of_it_lead_to_each_other(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    _, form = send_into_the_dark(browser, account, service, LOST, form)
    check(browser, account, form)
    check(browser, account, form)
    log = f"/t/{account.team.slug}/log"
    sent = AuditEntry.objects.filter(operation="add_or_update_contact").latest("number")
    found = AuditEntry.objects.filter(sentence="contacts.add_settled").order_by("number")
    page = browser.get(f"{log}/{sent.number}/")
    assert "Legal basis Consent of the person" in main_words(page)
    for finding in found:
        assert f'href="{log}/{finding.number}/"' in page.content.decode()
        assert f'href="{log}/{sent.number}/"' in browser.get(f"{log}/{finding.number}/").content.decode()
    assert len(found) == 2


def test_where_it_comes_from_proves_nothing_until_the_add_is_confirmed(
    browser: Client, account: ClientAccount, api: KlickTipp, service: Service, form: dict[str, Any]
) -> None:
    _, checking = send_into_the_dark(browser, account, service, LOST, form)
    contact_id = api.add_or_update_contact(NEW, fields={"fieldFirstName": "Rosa"}).id
    page = url(account, f"{contact_id}/")
    assert "nobody knows whether this add or update has happened" in main_words(browser.get(page))
    check(browser, account, checking)
    words = main_words(browser.get(page))
    assert "not confirmed" in words
    assert "could not confirm it. This proves nothing." in words
    assert url(account, f"added/{checking['check']}/") in browser.get(page).content.decode()
    api.update_contact(contact_id, fields={"fieldFirstName": "Reiner"})
    check(browser, account, checking)
    words = main_words(browser.get(page))
    assert "Consent of the person: Trade fair" in words
    assert "not confirmed" not in words


def test_an_attempt_that_a_later_one_made_good_is_not_told_any_more(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    send_into_the_dark(browser, account, service, LOST, form)
    browser.post(url(account, "add/"), form | {"action": str(uuid4())})
    done = Origin.objects.get(is_confirmed=True)
    assert Origin.objects.filter(is_confirmed=False).count() == 1
    words = main_words(browser.get(url(account, f"{done.contact_id}/")))
    assert words.count("Consent of the person: Trade fair") == 1
    assert "not confirmed" not in words


def test_an_update_that_was_lost_is_told_with_what_still_differs(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    tags = tag_ids(account)
    add(browser, account, fieldFirstName="Rainer")
    form |= {"tags": [tags["VIP"]]}
    shown = shown_by(browser.post(url(account), form))
    _, checking = send_into_the_dark(browser, account, service, LOST, form | shown)
    page = check(browser, account, checking)
    words = main_words(page)
    assert f"{NEW} is there, but not with what you typed yet" in words
    assert "KlickTipp may still be working on what was sent" in words
    assert "First name Rainer Reiner" in words
    assert "Tags to be set VIP" in words
    assert not Origin.objects.get(action=checking["check"]).contact_id
    del checking["check"]
    answer = browser.post(url(account), checking | {"action": page.context["action"]} | shown_by(page))
    assert answer.status_code == 302


def test_an_update_that_has_happened_is_told_as_such(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    contact_id = add(browser, account, fieldFirstName="Rainer")
    shown = shown_by(browser.post(url(account), form))
    page, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form | shown)
    assert "The contact may have been updated all the same." in main_words(page)
    assert "Was it updated?" in main_words(page)
    later = url(account, f"added/{checking['check']}/")
    assert "Contact of Harbour Lane Coffee perhaps updated" in main_words(browser.get(later))
    assert check(browser, account, checking).status_code == 302
    assert "Contact of Harbour Lane Coffee updated" in main_words(browser.get(later))
    event = AuditEntry.objects.get(kind=Kind.EVENT, sentence__contains="settled")
    assert "updating r•••@klick-tipp.team of Harbour Lane Coffee" in tell(event.sentence, event.parameters)
    assert Origin.objects.get(action=checking["check"]).contact_id == contact_id


def test_a_form_that_is_no_longer_what_was_sent_settles_nothing_of_an_update(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    add(browser, account, fieldFirstName="Rainer")
    shown = shown_by(browser.post(url(account), form))
    _, checking = send_into_the_dark(browser, account, service, LOST, form | shown)
    page = check(browser, account, checking | {"fieldFirstName": "Rainer"})
    assert f"{NEW} is there; whether with what was sent cannot be told" in main_words(page)
    assert not Origin.objects.get(action=checking["check"]).is_confirmed


def test_an_update_of_a_contact_that_came_the_same_day_is_not_taken_for_done(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    add(browser, account, fieldFirstName="Rainer")
    shown = shown_by(browser.post(url(account), form))
    _, checking = send_into_the_dark(browser, account, service, LOST, form | shown)
    page = browser.post(url(account, f"added/{checking['check']}/check/"), {"email": NEW})
    assert f"{NEW} was a contact of Harbour Lane Coffee before." in main_words(page)
    assert not Origin.objects.get(action=checking["check"]).is_confirmed


def test_further_tags_that_were_not_set_are_told_apart(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    tags = tag_ids(account)
    form |= {"tags": [tags["Newsletter"], tags["VIP"]]}
    _, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form)
    page = check(browser, account, checking)
    words = main_words(page)
    assert f"{NEW} is there with everything you typed, but for some tags" in words
    assert "Tags to be set VIP" in words
    assert Origin.objects.get(action=checking["check"]).contact_id
    del checking["check"]
    answer = browser.post(url(account), checking | {"action": page.context["action"]} | shown_by(page))
    assert answer.status_code == 302


def test_another_address_than_the_one_that_was_sent_is_not_checked(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    _, checking = send_into_the_dark(browser, account, service, LOST, form)
    before = service.paths()
    page = check(browser, account, checking | {"email": "somebody.else@klick-tipp.team"})
    assert errors(page)["email"][0].startswith("Another address than this one was sent.")
    assert "Check at KlickTipp" in main_words(page)
    assert service.paths() == before


def test_a_check_that_fails_is_told_and_can_be_made_again(
    browser: Client,
    account: ClientAccount,
    service: Service,
    form: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    _, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form)
    service.fault(path="/subscriber/search", status=500, times=9)
    page = check(browser, account, checking)
    assert page.status_code == 422
    words = main_words(page)
    assert "KlickTipp answered in a way that cannot be understood." in words
    assert "Check at KlickTipp" in words
    assert 'value="Reiner"' in page.content.decode()


@pytest.mark.parametrize("action", ["x", "0b7f4f6e-3f0c-4d6e-9f57-2f4f0f6a4b0e", ""])
def test_a_check_of_an_add_that_nobody_knows_is_not_there(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any], action: str
) -> None:
    assert check(browser, account, form | {"check": action}).status_code == 404
    assert service.received() == []


def test_an_sms_number_cannot_be_checked_and_the_page_says_where_to_look(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    form = typed(email="", sms_number="+4915112345678")
    page, checking = send_into_the_dark(browser, account, service, LOST, form)
    words = main_words(page)
    assert "KlickTipp's API offers no search by SMS number" in words
    assert "Check at KlickTipp" not in words
    page = check(browser, account, checking)
    assert "email" in errors(page)
    later = main_words(browser.get(url(account, f"added/{checking['check']}/")))
    assert "KlickTipp's API offers no search by SMS number" in later
    assert service.paths() == [ADD]


class TestLater:
    """On the page of the add, for somebody else, to whom the portal cannot tell the address."""

    @pytest.fixture
    def page_url(
        self, browser: Client, owner: Membership, account: ClientAccount, service: Service, form: dict[str, Any]
    ) -> str:
        _, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form)
        browser.force_login(MembershipFactory(team=owner.team, role=Role.EDITOR).user)
        return url(account, f"added/{checking['check']}/")

    def test_the_address_is_typed_again_and_the_contact_found(self, browser: Client, page_url: str) -> None:
        assert "type the whole one again" in main_words(browser.get(page_url))
        page = browser.post(f"{page_url}check/", {"email": "Rainer@klick-tipp.team"}, follow=True)
        assert "Rainer@klick-tipp.team is in KlickTipp." in main_words(page)
        assert "Added to Harbour Lane Coffee" in main_words(page)
        assert Origin.objects.get().contact_id

    @pytest.mark.parametrize(
        ("email", "says"),
        [
            ("", "Please type the email address."),
            ("rainer@", "Please enter a complete email address"),
            ("somebody.else@klick-tipp.team", "Another address than this one was sent."),
        ],
    )
    def test_another_address_is_told_and_kept(
        self, browser: Client, page_url: str, service: Service, email: str, says: str
    ) -> None:
        before = service.paths()
        page = browser.post(f"{page_url}check/", {"email": email})
        assert says in errors(page)["email"][0]
        assert f'value="{email}"' in page.content.decode() or not email
        assert service.paths() == before

    def test_a_contact_that_is_not_there_was_not_added(
        self, browser: Client, page_url: str, api: KlickTipp, service: Service
    ) -> None:
        api.delete_contact(api.find_contact(NEW) or "")
        page = browser.post(f"{page_url}check/", {"email": NEW})
        assert f"{NEW} is not among the contacts of Harbour Lane Coffee yet." in main_words(page)
        assert "could not confirm it." in main_words(browser.get(page_url))

    def test_of_a_contact_that_was_there_before_it_cannot_be_told(
        self, browser: Client, account: ClientAccount, page_url: str
    ) -> None:
        Origin.objects.update(created_at=timezone.now() + timedelta(days=2))
        page = browser.post(f"{page_url}check/", {"email": NEW})
        assert f"{NEW} was a contact of Harbour Lane Coffee before." in main_words(page)
        assert not Origin.objects.get().contact_id

    def test_a_check_that_fails_is_told(
        self, browser: Client, page_url: str, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service.fault(status=403, body='["API access denied."]', times=9)
        page = browser.post(f"{page_url}check/", {"email": NEW})
        assert page.status_code == 422
        assert "KlickTipp refuses the access." in main_words(page)
        assert f'value="{NEW}"' in page.content.decode()

    def test_what_is_known_is_not_checked(self, browser: Client, account: ClientAccount, service: Service) -> None:
        browser.post(url(account), typed())
        before = service.paths()
        action = Origin.objects.get().action
        answer = browser.post(url(account, f"added/{action}/check/"), {"email": NEW})
        assert answer.url == url(account, f"added/{action}/")
        assert service.paths() == before


def test_looking_up_once_more_is_what_sending_it_again_begins_with(
    browser: Client, account: ClientAccount, service: Service, form: dict[str, Any]
) -> None:
    """Who does not check, and sends the form again, is shown that nothing would change."""
    _, checking = send_into_the_dark(browser, account, service, DONE_BUT_UNANSWERED, form)
    del checking["check"]
    page = browser.post(url(account), checking)
    assert "nothing would change" in main_words(page)
    assert service.paths().count(LOOK) == 2
    assert service.paths().count(ADD) == 1


def test_an_add_that_was_interrupted_ends_its_waiting_page_within_half_a_minute(
    browser: Client, account: ClientAccount, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Recorder.finish

    def killed(recorder: Recorder, attempt: Attempt, ending: Ending) -> None:
        if attempt.operation.name == "add_or_update_contact":
            raise SystemExit
        finish(recorder, attempt, ending)

    monkeypatch.setattr(Recorder, "finish", killed)
    with pytest.raises(SystemExit):
        browser.post(url(account), form)
    page_url = url(account, f"added/{form['action']}/")
    assert "KlickTipp has not answered yet." in main_words(browser.get(page_url))

    later = timezone.now() + timedelta(seconds=30)
    monkeypatch.setattr(timezone, "now", lambda: later)
    page = browser.get(page_url)

    assert "hx-trigger" not in page.content.decode().partition('id="content"')[2].partition("</main>")[0]
    assert "nobody knows yet whether this has happened" in main_words(page)
    assert "Check at KlickTipp" in main_words(page)
