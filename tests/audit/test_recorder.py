"""Every HTTP attempt is in the log: committed before it leaves, finished once, never sent inside a transaction."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import AuditEntry, AuditSubject, KeyOwner, Kind, Outcome
from integrations.audit.recorder import Action
from integrations.audit.sweep import STALE_AFTER, sweep_stale_entries
from integrations.clients.calls import gateway
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import KEY_TESTED, TAGS_LOADED
from integrations.klicktipp import KlickTipp, OutcomeUnknown, Rejected, ServiceError, Unreachable
from tests.factories import actor
from tests.service import Service


def connect(account: ClientAccount, **of_action: object) -> KlickTipp:
    return gateway.connect(account, Action(TAGS_LOADED, actor(), **of_action))


def test_a_call_leaves_one_entry_that_says_everything(account: ClientAccount, service: Service) -> None:
    tag_id = connect(account).create_tag("Newsletter 2026")

    entry = AuditEntry.objects.get()
    (call,) = service.received()
    assert call["request_id"] == str(entry.id)
    assert (entry.team_id, entry.number, entry.account_id, entry.account_label) == (
        account.team_id,
        1,
        account.pk,
        account.name,
    )
    assert (entry.operation, entry.method, entry.path) == ("create_tag", "POST", "/tag")
    assert (entry.kind, entry.outcome, entry.status, entry.code, entry.attempt) == ("change", "done", 200, None, 1)
    assert entry.request == {"name": "Newsletter 2026"}
    assert entry.answer == {"tag_id": tag_id}
    assert (entry.key_last_four, entry.key_owner) == (service.customer_keys[0][-4:], KeyOwner.SHARED)
    assert entry.duration is not None
    assert entry.duration < timedelta(seconds=20)
    assert entry.parameters == {"actor": "Alex", "account": account.name}


def test_reads_are_marked_as_reads(account: ClientAccount) -> None:
    connect(account).list_tags()
    assert AuditEntry.objects.get().kind == Kind.READ


def test_a_refusal_keeps_code_and_meaning(account: ClientAccount) -> None:
    with pytest.raises(Rejected):
        connect(account).add_or_update_contact("unsubscribed@klick-tipp.team")
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.status, entry.code) == (Outcome.REFUSED, 406, 4)
    assert entry.answer["problem"] == "email_unsubscribed"


def test_an_internal_error_of_the_service_is_no_refusal(account: ClientAccount) -> None:
    with pytest.raises(Rejected):
        connect(account).add_or_update_contact("internal@klick-tipp.team")
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.status, entry.code) == (Outcome.FAILED, 406, 12)


def test_no_contact_data_stands_in_the_entry(account: ClientAccount) -> None:
    connect(account).add_or_update_contact(
        "Rainer.Muster@klick-tipp.team", "+4915112345678", fields={"fieldFirstName": "Rainer", "fieldCity": "Zwiesel"}
    )
    entry = AuditEntry.objects.get()
    kept = repr(vars(entry)).lower()
    for secret in ("rainer", "zwiesel", "12345678"):
        assert secret not in kept
    assert entry.request["fields"] == ["fieldCity", "fieldFirstName"]
    assert entry.answer["contact_id"].isdigit()


def test_the_people_of_a_call_are_subjects(account: ClientAccount) -> None:
    contact = connect(account).add_or_update_contact("rainer@klick-tipp.team", "+4915112345678")
    labels = dict(AuditSubject.objects.values_list("kind", "label"))
    assert labels == {"email": "r•••@klick-tipp.team", "sms": "0049•••78", "contact": contact.id}


def test_a_call_inside_a_transaction_is_refused_before_anything_is_sent(
    account: ClientAccount, service: Service
) -> None:
    api = connect(account)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        api.create_tag("Never")
    assert service.received() == []
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rollback_after_the_call_leaves_its_entry(account: ClientAccount) -> None:
    connect(account).create_tag("Kept")
    with transaction.atomic():
        ClientAccount.objects.update(name="rolled back")
        transaction.set_rollback(True)
    assert AuditEntry.objects.get().outcome == Outcome.DONE
    account.refresh_from_db()
    assert account.name != "rolled back"


def test_an_exception_in_mid_call_leaves_its_entry(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", interrupt)
    monkeypatch.setattr("integrations.klicktipp.transport.Transport.send", interrupt)
    with pytest.raises(KeyboardInterrupt):
        connect(account).create_tag("Interrupted")
    assert AuditEntry.objects.get().outcome == Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("fault", "error", "outcome"),
    [
        ({"close": "before"}, OutcomeUnknown, Outcome.UNKNOWN),
        ({"close": "after"}, OutcomeUnknown, Outcome.UNKNOWN),
        ({"status": 502, "body": "<html>Bad gateway</html>"}, ServiceError, Outcome.UNKNOWN),
        ({"status": 200, "body": "<html>"}, ServiceError, Outcome.UNKNOWN),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example/"}}, ServiceError, Outcome.FAILED),
    ],
)
def test_failures_of_the_service_are_told_apart(
    account: ClientAccount, service: Service, fault: dict[str, object], error: type[Exception], outcome: Outcome
) -> None:
    service.fault(**fault)
    with pytest.raises(error):
        connect(account).add_or_update_contact("rainer@klick-tipp.team")
    assert [entry.outcome for entry in AuditEntry.objects.all()] == [outcome]
    assert len(service.received()) == 1


def test_an_unreachable_service_is_an_entry_for_each_attempt(account: ClientAccount, settings: object) -> None:
    settings.KLICKTIPP_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        connect(account).create_tag("Nowhere")
    entries = list(AuditEntry.objects.order_by("number"))
    assert {entry.outcome for entry in entries} == {Outcome.FAILED}
    assert [entry.attempt for entry in entries] == list(range(1, len(entries) + 1))
    assert len({entry.call for entry in entries}) == 1


def test_attempts_of_one_call_share_it(account: ClientAccount, service: Service) -> None:
    service.fault(status=503, headers={"Retry-After": "0"})
    connect(account).create_tag("Second time lucky")
    first, second = AuditEntry.objects.order_by("number")
    assert (first.outcome, second.outcome) == (Outcome.FAILED, Outcome.DONE)
    assert (first.call, first.attempt, second.attempt) == (second.call, 1, 2)


def test_the_same_action_is_never_sent_twice(account: ClientAccount, service: Service) -> None:
    action_id = uuid.uuid4()
    connect(account, id=action_id).create_tag("Once")
    with pytest.raises(AlreadyStarted):
        connect(account, id=action_id).create_tag("Once")
    assert len(service.received()) == 1


def test_numbers_are_without_gaps_and_per_team(account: ClientAccount) -> None:
    api = connect(account)
    for _ in range(3):
        api.list_tags()
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_an_answer_after_the_sweep_is_an_entry_of_its_own(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.audit.recorder import Recorder

    finish = Recorder.finish

    def late(self: Recorder, *arguments: object) -> None:
        monkeypatch.setattr(timezone, "now", lambda now=timezone.now: now() + STALE_AFTER * 2)
        assert sweep_stale_entries() == 1
        monkeypatch.undo()
        finish(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Recorder, "finish", late)
    connect(account).create_tag("Late")
    swept, answer = AuditEntry.objects.order_by("number")
    assert (swept.outcome, answer.outcome) == (Outcome.UNKNOWN, Outcome.DONE)
    assert answer.answer["late_answer_to"] == str(swept.id)
    assert answer.action == swept.action


@pytest.mark.past_the_lines
def test_a_late_answer_is_found_by_the_same_people(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.audit.recorder import Recorder

    close = Recorder._close

    def swept_before(self: Recorder, entry: AuditEntry, *rest: object) -> None:
        AuditEntry.objects.filter(pk=entry.pk).update(outcome=Outcome.UNKNOWN)
        close(self, entry, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Recorder, "_close", swept_before)
    connect(account).add_or_update_contact("rainer@klick-tipp.team")
    first, late = AuditEntry.objects.order_by("number")
    assert set(AuditSubject.objects.filter(entry_id=first.id).values_list("kind", flat=True)) == {"email"}
    assert set(AuditSubject.objects.filter(entry_id=late.id).values_list("kind", flat=True)) == {"email", "contact"}


def test_an_answer_that_cannot_be_kept_still_finishes_the_entry(
    account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.audit.allowed.kept_answer", lambda *_: {"odd": object()})
    connect(account).create_tag("Odd")
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.status, entry.answer) == (Outcome.DONE, 200, {})


def test_a_nul_in_the_services_words_loses_nothing(account: ClientAccount, service: Service) -> None:
    refusal = '{"error": 8, "name": "fieldCity", "reason": "bad \\u0000 value"}'
    service.fault(status=406, body=refusal)
    with pytest.raises(Rejected):
        connect(account).add_or_update_contact("rainer@klick-tipp.team")
    assert AuditEntry.objects.get().outcome == Outcome.REFUSED


def test_a_log_that_cannot_be_written_stops_the_call(account: ClientAccount, service: Service) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entrycounter RENAME TO audit_entrycounter_gone")
    try:
        with pytest.raises(Exception, match="audit_entrycounter"):
            connect(account).create_tag("Unlogged")
    finally:
        connection.needs_rollback = False
    assert service.received() == []


def test_key_tests_name_the_key_by_its_last_four_only(account: ClientAccount, service: Service) -> None:
    key = service.customer_keys[0]
    action = Action(KEY_TESTED, actor(), {"key": key[-4:]})
    gateway.connect_with(Login.by_customer_key(key), account.scope, action).list_tags()
    entry = AuditEntry.objects.get()
    assert key not in repr(vars(entry))
