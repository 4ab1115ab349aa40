"""Adding an address that belongs to a contact: the form says so, and shows what would change before it is sent."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, Kind, Outcome, SubjectKind
from integrations.audit.sentences import tell
from integrations.audit.subjects import Subject
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.models import FieldSetting, Origin
from integrations.klicktipp import KlickTipp
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress
from tests.contacts.adding.test_add import look, send_as_seen, shown_by, tag_ids, typed, url
from tests.factories import ClientAccountFactory, MembershipFactory, actor, errand
from tests.pages import errors, main_words
from tests.service import Service

NEW, KNOWN = "rainer@klick-tipp.team", "softbounce@klick-tipp.team"
LOOK, ADD = "POST /subscriber/search", "POST /subscriber"


def add(browser: Client, account: ClientAccount, **fields: Any) -> str:
    """Add a contact that is new; its ID."""
    assert browser.post(url(account), typed(**fields)).status_code == 302
    entry = AuditEntry.objects.filter(operation="add_or_update_contact").latest("number")
    return str(entry.answer["contact_id"])


def read(service: Service, contact_id: str) -> str:
    return f"GET /subscriber/{contact_id}"


class TestLook:
    def test_an_address_that_is_new_says_nothing_and_is_looked_up_again_before_it_is_sent(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        fragment = look(browser, account, NEW)
        assert b"<html" not in fragment.content
        assert "contact already" not in main_words(fragment)
        assert shown_by(fragment) == {}
        assert browser.post(url(account), typed()).status_code == 302
        assert service.paths() == [LOOK, LOOK, ADD]

    def test_the_address_of_a_contact_says_so_with_status_date_and_the_way_there(
        self, browser: Client, account: ClientAccount
    ) -> None:
        contact_id = add(browser, account)
        fragment = look(browser, account, "Rainer@Klick-Tipp.team")
        words = main_words(fragment)
        assert "is a contact already (status: opt-in pending; contact since" in words
        assert f"contact since {timezone.now():%d/%m/%Y})" in words
        assert "it may get the confirmation email once more" in words
        assert "before that you see what changes" in words
        assert url(account, f"{contact_id}/") in fragment.content.decode()

    def test_the_log_has_it_as_a_read_about_the_address(self, browser: Client, account: ClientAccount) -> None:
        look(browser, account, NEW)
        entry = AuditEntry.objects.get(operation="find_contact")
        assert entry.kind == Kind.READ
        assert tell(entry.sentence, entry.parameters).endswith(
            "looked whether r•••@klick-tipp.team is a contact of Harbour Lane Coffee"
        )

    @pytest.mark.parametrize(
        "email", ["", "rainer@", "rainer", f"{'x' * 400}@klick-tipp.team", "a\x00@klick-tipp.team"]
    )
    def test_what_is_no_address_yet_is_not_looked_up(
        self, browser: Client, account: ClientAccount, service: Service, email: str
    ) -> None:
        fragment = look(browser, account, email)
        assert fragment.status_code == 200
        assert shown_by(fragment) == {}
        assert service.received() == []

    @pytest.mark.parametrize(
        ("fault", "says"),
        [
            ({"status": 500}, "KlickTipp answered in a way that cannot be understood."),
            ({"status": 403, "body": '["API access denied."]'}, "KlickTipp refuses the access."),
        ],
    )
    def test_a_lookup_that_fails_is_told_where_it_would_stand(
        self,
        browser: Client,
        account: ClientAccount,
        service: Service,
        monkeypatch: pytest.MonkeyPatch,
        fault: dict[str, Any],
        says: str,
    ) -> None:
        monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
        service.fault(always=True, **fault)
        words = main_words(look(browser, account, NEW))
        assert "could not be looked up whether this address belongs to a contact" in words
        assert says in words

    def test_who_is_on_the_suppression_list_is_not_looked_up(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        suppress(errand(account), [Subject(SubjectKind.EMAIL, NEW)], Reason.DELETED)
        page = look(browser, account, NEW)
        assert f"{NEW} is on the suppression list: the portal will not add this contact." in main_words(page)
        assert "btn-primary" not in page.content.decode()
        assert service.received() == []
        assert AuditEntry.objects.get(sentence="contacts.looked_up").answer == {"problem": "suppressed"}

    def test_nobody_is_led_to_send_again_what_was_stopped_as_suppressed(
        self, browser: Client, account: ClientAccount
    ) -> None:
        suppress(errand(account), [Subject(SubjectKind.EMAIL, NEW)], Reason.DELETED)
        page = browser.post(url(account), typed(email=NEW))
        assert page.status_code == 422
        assert 'class="btn btn-secondary" id="send"' in page.content.decode()

    def test_what_there_is_to_consider_is_said(self, browser: Client, account: ClientAccount) -> None:
        words = main_words(look(browser, account, "unsubscribed@klick-tipp.team"))
        assert re.search(
            r"unsubscribed@klick-tipp.team has unsubscribed on \d\d/\d\d/\d{4}\. KlickTipp will prob", words
        )
        assert "please be sure of its consent" in words
        assert "(hard bounce)" in main_words(look(browser, account, "hardbounce@klick-tipp.team"))


class TestPreview:
    def test_what_would_change_is_shown_and_sent_only_then(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        tags = tag_ids(account)
        contact_id = add(browser, account, fieldFirstName="Rainer", fieldLastName="Falk", tags=[tags["Newsletter"]])
        form = typed(
            fieldFirstName="Reiner",
            fieldLastName="Falk",
            shown=["fieldFirstName", "fieldLastName", "fieldBirthday", "fieldCity"],
            fieldBirthday="2024-05-08",
            tags=[tags["Newsletter"], tags["VIP"]],
            tags_new="Herbst 2026",
            sms_number="+4915112345678",
        )
        before = len(service.paths())
        page = browser.post(url(account), form)
        assert page.status_code == 200
        words = main_words(page)
        assert f"{NEW} is a contact of Harbour Lane Coffee already" in words
        assert "First name Rainer Reiner" in words
        assert "Birthday (date) empty 08/05/2024" in words or "Birthday empty 08/05/2024" in words
        assert "SMS number empty +49 1511 2345678" in words
        assert "Tags to be set VIP Herbst 2026" in words
        assert "Last name Falk Falk" not in words
        assert f"Update {NEW} of Harbour Lane Coffee" in words
        assert 'value="Reiner"' in page.content.decode()
        assert service.paths()[before:] == [LOOK, read(service, contact_id)]
        assert Origin.objects.count() == 1

        answer = browser.post(url(account), form | {"action": typed()["action"]} | shown_by(page))
        assert answer.status_code == 302
        assert service.paths()[before + 2 :] == [read(service, contact_id), "POST /tag", ADD, "POST /subscriber/tag"]
        told = main_words(browser.get(answer.url))
        assert f"{NEW} has been updated." in told
        assert "Contact of Harbour Lane Coffee updated" in told
        entry = AuditEntry.objects.filter(operation="add_or_update_contact").latest("number")
        assert tell(entry.sentence, entry.parameters).endswith(
            "updated r•••@klick-tipp.team of Harbour Lane Coffee "
            "(data fields: First name, Last name, Birthday, SMS number; tags: Newsletter, VIP, Herbst 2026)"
        )

    def test_a_preview_does_not_use_up_the_form(self, browser: Client, account: ClientAccount) -> None:
        add(browser, account)
        form = typed(fieldFirstName="Reiner")
        page = browser.post(url(account), form)
        assert browser.post(url(account), form | shown_by(page)).status_code == 302
        second = browser.post(url(account), form | shown_by(page))
        assert second.status_code == 302
        assert AuditEntry.objects.filter(operation="add_or_update_contact").count() == 2

    def test_what_was_looked_up_while_typing_is_only_read_again(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        contact_id = add(browser, account)
        fragment = look(browser, account, NEW)
        before = len(service.paths())
        form = typed(fieldFirstName="Reiner") | shown_by(fragment)
        page = browser.post(url(account), form)
        browser.post(url(account), form | shown_by(page))
        assert service.paths()[before:] == [read(service, contact_id), read(service, contact_id), ADD]

    def test_nothing_that_would_change_is_said_and_can_be_sent_all_the_same(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        add(browser, account, fieldFirstName="Rainer")
        form = typed(fieldFirstName="Rainer")
        page = browser.post(url(account), form)
        words = main_words(page)
        assert "already, and nothing would change" in words
        assert f"Send {NEW} to Harbour Lane Coffee all the same" in words
        assert "campaigns can start" in words
        assert "btn-primary" not in page.content.decode()
        assert browser.post(url(account), form | shown_by(page)).status_code == 302

    @pytest.mark.parametrize(
        ("kind", "stored", "sent"),
        [("decimal", "19.90", "19,90"), ("decimal", "19.90", "19.9"), ("paragraph", "a\nb", "a\r\nb")],
    )
    def test_the_same_value_in_another_form_is_no_change(
        self,
        browser: Client,
        account: ClientAccount,
        monkeypatch: pytest.MonkeyPatch,
        kind: str,
        stored: str,
        sent: str,
    ) -> None:
        field_id = "field4711"
        FieldSetting.objects.create(account=account, field_id=field_id, type=kind)
        get_contact = KlickTipp.get_contact

        def with_field(self: KlickTipp, contact_id: str) -> Any:
            return replace(get_contact(self, contact_id), fields={field_id: stored})

        monkeypatch.setattr(KlickTipp, "get_contact", with_field)
        page = browser.post(url(account), typed(email=KNOWN, shown=[field_id], **{field_id: sent}))
        assert "nothing would change" in main_words(page)

    def test_another_optin_process_is_named(self, browser: Client, account: ClientAccount) -> None:
        processes = {item["name"]: item["id"] for item in load(account, ReferenceKind.OPTIN_PROCESSES, actor()).items}
        page = browser.post(url(account), typed(email=KNOWN, optin_process=processes["Webinar"]))
        assert "came by “Predefined double opt-in process”, you chose “Webinar”" in main_words(page)

    def test_an_unsubscribed_contact_is_told_as_such(self, browser: Client, account: ClientAccount) -> None:
        form = typed(email="unsubscribed@klick-tipp.team")
        preview = browser.post(url(account), form)
        assert re.search(
            r"unsubscribed@klick-tipp.team has unsubscribed on \d\d/\d\d/\d{4} Everything", main_words(preview)
        )
        assert "KlickTipp will probably refuse to add the contact again" in main_words(preview)
        assert "btn-primary" not in preview.content.decode()
        page = send_as_seen(browser, account, form)
        assert "is unsubscribed" in errors(page)["email"][0]
        assert "Error code 4" in main_words(page)

    def test_a_change_of_what_is_typed_is_shown_anew(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        add(browser, account)
        form = typed(fieldFirstName="Reiner")
        shown = shown_by(browser.post(url(account), form))
        page = browser.post(url(account), form | {"fieldFirstName": "Ron"} | shown)
        assert "First name empty Ron" in main_words(page)
        assert service.paths().count(ADD) == 1

    def test_a_change_in_klicktipp_is_shown_anew(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        add(browser, account)
        form = typed(fieldFirstName="Reiner")
        shown = shown_by(browser.post(url(account), form))
        send_as_seen(browser, account, typed(fieldFirstName="Rosa"))
        page = browser.post(url(account), form | shown)
        assert "First name Rosa Reiner" in main_words(page)
        assert service.paths().count(ADD) == 2

    def test_a_contact_that_has_gone_meanwhile_is_told_before_it_is_added_anew(
        self, browser: Client, account: ClientAccount, api: KlickTipp, service: Service
    ) -> None:
        contact_id = add(browser, account)
        form = typed(fieldFirstName="Reiner")
        shown = shown_by(browser.post(url(account), form))
        api.delete_contact(contact_id)
        page = browser.post(url(account), form | shown)
        assert f"{NEW} is no longer a contact of Harbour Lane Coffee" in main_words(page)
        assert service.paths().count(ADD) == 1
        assert browser.post(url(account), form | shown_by(page)).status_code == 302

    def test_an_address_that_has_gone_to_another_contact_is_compared_with_that_one(
        self, browser: Client, account: ClientAccount, api: KlickTipp
    ) -> None:
        first = add(browser, account)
        shown = shown_by(look(browser, account, NEW))
        api.update_contact(first, new_email="elsewhere@klick-tipp.team")
        second = api.add_or_update_contact(NEW, fields={"fieldFirstName": "Rosa"}).id
        page = browser.post(url(account), typed(fieldFirstName="Reiner") | shown)
        assert "First name Rosa Reiner" in main_words(page)
        assert url(account, f"{second}/") in page.content.decode()

    def test_what_was_looked_up_for_another_address_does_not_count(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        shown = shown_by(look(browser, account, "somebody.else@klick-tipp.team"))
        page = browser.post(url(account), typed(email=KNOWN, fieldFirstName="Reiner") | shown)
        assert page.context["page"].preview.differences.values
        assert ADD not in service.paths()

    def test_a_contact_that_came_after_the_address_was_typed_is_not_overwritten_unseen(
        self, browser: Client, account: ClientAccount, api: KlickTipp, service: Service
    ) -> None:
        shown = shown_by(look(browser, account, NEW))
        api.add_or_update_contact(NEW, fields={"fieldFirstName": "Rosa"})
        before = len(service.paths())
        page = browser.post(url(account), typed(fieldFirstName="Reiner") | shown)
        assert "First name Rosa Reiner" in main_words(page)
        assert ADD not in service.paths()[before:]

    def test_tokens_of_another_person_or_client_and_made_up_ones_do_not_count(
        self, browser: Client, owner: Membership, account: ClientAccount, service: Service, client: Client
    ) -> None:
        other = ClientAccountFactory(team=account.team, customer_key=service.customer_keys[1])
        of_other_client = shown_by(look(browser, other, KNOWN))
        colleague = Client()
        colleague.force_login(MembershipFactory(team=owner.team, role=Role.EDITOR).user)
        of_colleague = shown_by(look(colleague, account, KNOWN))
        before = len(service.paths())
        tokens = [of_other_client["looked"], of_colleague["looked"], signing.dumps(["x", "", 9e9]), "x", ""]
        for token in tokens:
            browser.post(url(account), typed(looked=token, email=KNOWN))
            browser.post(url(account), typed(looked=token, seen="x" * 64, email=KNOWN))
        assert service.paths()[before:].count(LOOK) == 2 * len(tokens)
        assert ADD not in service.paths()[before:]

    def test_an_sms_number_that_the_log_does_not_know_is_not_looked_up(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        assert "For others KlickTipp's API offers no search" in main_words(browser.get(url(account)))
        assert browser.post(url(account), typed(email="", sms_number="+4915112345678")).status_code == 302
        assert service.paths() == [ADD]

    def test_an_sms_number_that_the_log_knows_is_previewed_and_updated(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        by_number = typed(email="", sms_number="+4915112345678")
        browser.post(url(account), by_number)
        again = typed(email="", sms_number="+49 151 12345678", fieldFirstName="Rainer")
        preview = browser.post(url(account), again)
        assert "+49 1511 2345678 is a contact of Harbour Lane Coffee already" in main_words(preview)
        assert "First name empty Rainer" in main_words(preview)
        sent = browser.post(url(account), again | shown_by(preview), follow=True)

        assert "+49 1511 2345678 has been updated." in main_words(sent)
        assert service.paths().count(ADD) == 2
        update = AuditEntry.objects.filter(operation="add_or_update_contact").latest("number")
        assert update.sentence == "contacts.update_fields"

    def test_a_number_that_is_another_contacts_now_is_sent_as_a_new_one(
        self, browser: Client, account: ClientAccount, api: KlickTipp
    ) -> None:
        contact_id = add(browser, account, sms_number="+4915112345678")
        api.update_contact(contact_id, new_sms_number="+4915199999999")
        assert browser.post(url(account), typed(email="", sms_number="+4915112345678")).status_code == 302

    def test_a_form_with_an_error_keeps_what_was_looked_up(
        self, browser: Client, account: ClientAccount, service: Service
    ) -> None:
        add(browser, account)
        shown = shown_by(look(browser, account, NEW))
        page = browser.post(url(account), typed(source="") | shown)
        assert page.status_code == 422
        assert shown_by(page) == shown
        assert f"{NEW} is a contact already (status: opt-in pending; contact" in main_words(page)

    @pytest.mark.parametrize(
        ("fault", "says"),
        [
            ({"status": 500}, "KlickTipp answered in a way that cannot be understood."),
            ({"status": 403, "body": '["API access denied."]'}, "KlickTipp refuses the access."),
            ({"close": "after"}, "KlickTipp did not answer."),
            ({"status": 429, "headers": {"Retry-After": "3600"}}, "KlickTipp is busy"),
        ],
    )
    def test_a_lookup_that_fails_is_told_and_nothing_is_sent_or_lost(
        self,
        browser: Client,
        account: ClientAccount,
        service: Service,
        monkeypatch: pytest.MonkeyPatch,
        fault: dict[str, Any],
        says: str,
    ) -> None:
        monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
        service.fault(path="/subscriber/search", always=True, **fault)
        page = browser.post(url(account), typed(fieldFirstName="Rainer"))
        assert page.status_code == 422
        words = main_words(page)
        assert says in words
        assert "No contact was added." in words
        assert 'value="Rainer"' in page.content.decode()
        assert "Check at KlickTipp" not in words
        assert ADD not in service.paths()
        assert not Origin.objects.exists()
        entry = AuditEntry.objects.filter(operation="find_contact").latest("number")
        assert entry.outcome in (Outcome.FAILED, Outcome.REFUSED)
        assert f"/log/action/{entry.action}/" in page.content.decode()

    def test_a_slow_lookup_leaves_half_of_the_time_to_the_add(
        self, browser: Client, account: ClientAccount, service: Service, settings: Any
    ) -> None:
        settings.KLICKTIPP_PAGE_DEADLINE = 4.0
        service.fault(path="/subscriber/search", delay_ms=30_000, always=True)
        began = timezone.now()
        page = browser.post(url(account), typed())
        assert timezone.now() - began < timedelta(seconds=4)
        assert page.status_code == 422
        assert "No contact was added." in main_words(page)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"status": 403, "body": '["API access denied."]'}, "KlickTipp refuses the access."),
        ({"status": 500}, "KlickTipp answered in a way that cannot be understood."),
        ({"close": "after"}, "KlickTipp"),
    ],
)
def test_an_add_that_was_given_up_after_its_lookup_is_an_attempt_in_the_log(
    browser: Client,
    account: ClientAccount,
    owner: Membership,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    told: str,
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    service.fault(path="/subscriber/search", always=True, **fault)
    assert browser.post(url(account), typed()).status_code == 422
    assert ADD not in service.paths()
    entry = AuditEntry.objects.get(sentence="contacts.add")
    assert (entry.kind, entry.outcome, entry.operation) == (Kind.EVENT, Outcome.FAILED, "")
    assert entry.parameters["basis"]
    page = main_words(browser.get(f"/t/{owner.team.slug}/log/"))
    assert f"{owner.user} tried to add r•••@klick-tipp.team to Harbour Lane Coffee" in page
    assert told in main_words(browser.get(f"/t/{owner.team.slug}/log/{entry.number}/"))
