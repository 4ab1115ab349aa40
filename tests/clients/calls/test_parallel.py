"""Many calls of one action at once: every one is in the log before it leaves, and none is sent twice."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from integrations.audit import recorder
from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import AuditEntry, AuditSubject, Kind, Outcome
from integrations.audit.presentation import PARTLY, LoggedAction
from integrations.audit.reading import calls_of
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.calls.desk import Done
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount, Connection
from integrations.clients.sentences import KEY_TESTED
from integrations.klicktipp import (
    AccessDenied,
    KlickTipp,
    MemorySessionStore,
    NotFound,
    OutcomeUnknown,
    Rejected,
    SessionAuth,
    Throttled,
)
from integrations.messages import Obstacle
from tests.factories import actor
from tests.service import Service


def finding(number: int) -> Callable[[KlickTipp], str | None]:
    return lambda api: api.find_contact(f"nobody{number}@klick-tipp.team")


def creating(number: int) -> Callable[[KlickTipp], int]:
    return lambda api: api.create_tag(f"Tag {number}")


def action_of(action_id: UUID | None = None) -> Action:
    return Action(KEY_TESTED, actor(), {"key": "abcd"}, id=action_id or uuid4())


def at_once(
    account: ClientAccount, jobs: Sequence[Callable[[KlickTipp], Any]], action_id: UUID | None = None, **options: Any
) -> Generator[Done[Any], None, None]:
    return gateway.at_once(account, action_of(action_id), jobs, **options)


def obstacles(done: Sequence[Done[Any]]) -> set[Obstacle]:
    return {each.error.obstacle for each in done if isinstance(each.error, Obstructed)}


def crew_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("klicktipp")]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library does not wait between its attempts."""
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    gc.collect()
    assert crew_threads() == []


def test_every_job_is_done_and_in_the_log(account: ClientAccount, service: Service) -> None:
    done = list(at_once(account, [creating(number) for number in range(20)]))

    assert sorted(each.place for each in done) == list(range(20))
    assert {each.error for each in done} == {None}
    entries = list(AuditEntry.objects.order_by("number"))
    assert {entry.outcome for entry in entries} == {Outcome.DONE}
    assert [entry.number for entry in entries] == list(range(1, 21))
    assert {call["request_id"] for call in service.received()} == {str(entry.id) for entry in entries}
    tag_ids = {entry.request["name"]: entry.answer["tag_id"] for entry in entries}
    assert {f"Tag {each.place}": each.result for each in done} == tag_ids


def test_never_more_than_eight_at_once(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=30, always=True)
    lock, active, most = threading.Lock(), 0, 0

    def job(api: KlickTipp) -> None:
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        api.find_contact("nobody@klick-tipp.team")
        with lock:
            active -= 1

    assert len(list(at_once(account, [job] * 30))) == 30
    assert most == gateway.MOST_AT_ONCE == 8


def test_a_job_has_the_same_call_whatever_the_order(account: ClientAccount, service: Service) -> None:
    action_id = uuid4()
    list(at_once(account, [creating(number) for number in range(10)], action_id))
    calls = {entry.request["name"]: entry.call for entry in AuditEntry.objects.all()}
    assert calls.pop("Tag 0") == recorder.call_number(action_of(action_id), 1)
    assert calls == {f"Tag {number}": uuid5(action_id, f"{number} create_tag 1") for number in range(1, 10)}


def test_the_threads_never_touch_the_database(account: ClientAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for name in ("execute", "executemany"):
        real = getattr(CursorWrapper, name)

        def spy(self: Any, *arguments: Any, real: Any = real) -> Any:
            seen.add(threading.current_thread().name)
            return real(self, *arguments)

        monkeypatch.setattr(CursorWrapper, name, spy)
    list(at_once(account, [finding(number) for number in range(10)]))
    assert seen == {threading.current_thread().name}


def test_a_request_leaves_after_its_begin_mark_is_committed(
    account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.klicktipp.transport import Transport

    written: set[str] = set()
    real_write, real_send = recorder.Recorder.write, Transport.send

    def write(self: Any, begun: Any, finished: Any) -> Any:
        time.sleep(0.02)
        refused = real_write(self, begun, finished)
        written.update(str(attempt.request_id) for attempt in begun)
        return refused

    def send(self: Any, method: str, url: str, headers: Any, *rest: Any, **options: Any) -> Any:
        assert headers["X-Request-Id"] in written
        return real_send(self, method, url, headers, *rest, **options)

    monkeypatch.setattr(recorder.Recorder, "write", write)
    monkeypatch.setattr(Transport, "send", send)
    done = list(at_once(account, [finding(number) for number in range(12)]))
    assert {each.error for each in done} == {None}


def test_marks_are_committed_in_groups(account: ClientAccount, service: Service, monkeypatch: Any) -> None:
    service.fault(delay_ms=30, always=True)
    groups, write = [], recorder.Recorder.write

    def counting(self: Any, begun: Any, finished: Any) -> Any:
        groups.append(len(begun) + len(finished))
        return write(self, begun, finished)

    monkeypatch.setattr(recorder.Recorder, "write", counting)
    list(at_once(account, [finding(number) for number in range(40)]))
    assert sum(groups) == 80
    assert len(groups) < 40


def test_results_come_while_others_are_under_way(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=600)
    results = at_once(account, [finding(number) for number in range(8)])
    assert next(results).place != 0
    assert AuditEntry.objects.get(call=AuditEntry.objects.order_by("number")[0].call).outcome == Outcome.PENDING
    assert 0 in {each.place for each in results}


def test_refusals_are_the_jobs_own(account: ClientAccount) -> None:
    jobs = [creating(1), lambda api: api.get_contact("4711"), lambda api: api.tag_contact("x@klick-tipp.team", 1)]
    errors = {each.place: type(each.error) for each in at_once(account, jobs)}
    assert errors == {0: type(None), 1: NotFound, 2: Rejected}


def test_the_people_of_a_call_are_subjects_of_its_entry_only(account: ClientAccount) -> None:
    list(at_once(account, [finding(number) for number in range(5)]))
    assert AuditSubject.objects.values("hash").distinct().count() == 5
    assert AuditSubject.objects.values("entry_id").distinct().count() == AuditSubject.objects.count() == 5


def test_a_second_submit_sends_nothing(account: ClientAccount, service: Service) -> None:
    action_id = uuid4()
    list(at_once(account, [creating(number) for number in range(5)], action_id))
    with pytest.raises(AlreadyStarted):
        list(at_once(account, [creating(number) for number in range(5)], action_id))
    assert len(service.received()) == AuditEntry.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_of_submits_at_the_same_time_one_is_sent_and_the_others_not_at_all(
    account: ClientAccount, service: Service
) -> None:
    service.fault(delay_ms=20, always=True)
    action_id, together = uuid4(), Barrier(3)

    def submit(_: int) -> int:
        together.wait()
        try:
            done = at_once(account, [creating(number) for number in range(20)], action_id)
            return sum(each.error is None for each in done)
        except AlreadyStarted:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(submit, range(3))) == [0, 0, 20]
    assert len(service.received()) == 20


def test_inside_a_transaction_nothing_is_sent(account: ClientAccount, service: Service) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        list(at_once(account, [finding(number) for number in range(5)]))
    assert service.received() == []


def test_what_has_not_begun_when_the_time_is_up_is_not_sent(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=300, always=True)
    action_id, began = uuid4(), time.monotonic()
    done = list(at_once(account, [creating(number) for number in range(40)], action_id, seconds=1.0))
    assert time.monotonic() - began < 10
    sent = [each for each in done if each.error is None]
    assert 8 <= len(sent) < 32
    assert len(done) == 40
    assert obstacles(done) == {Obstacle.TIME_UP}
    assert len(service.received()) == len(sent)
    told = LoggedAction(calls_of(account.scope, action_id))
    assert told.outcome == PARTLY
    assert told.head.outcome == Outcome.DONE
    (unsent,) = [entry for entry in told.entries if not entry.operation]
    assert (unsent.kind, unsent.outcome) == (Kind.EVENT, Outcome.FAILED)
    assert unsent.answer == {"problem": "time_up", "unsent": 40 - len(sent)}


def test_seconds_are_the_pages_unless_told(account: ClientAccount, service: Service, settings: Any) -> None:
    settings.KLICKTIPP_PAGE_DEADLINE = 0.4
    service.fault(delay_ms=150, always=True)
    assert obstacles(list(at_once(account, [finding(number) for number in range(60)]))) == {Obstacle.TIME_UP}


@pytest.mark.usefixtures("quick")
def test_a_busy_service_slows_down_and_nothing_fails(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.clients.calls.parallel._PAUSE", 0.02)
    service.fault(status=429, times=40)
    done = list(at_once(account, [creating(number) for number in range(12)]))
    assert {each.error for each in done} == {None}
    assert len(done) == 12
    calls = {entry.call for entry in AuditEntry.objects.all()}
    assert len(calls) == 12
    attempts = list(AuditEntry.objects.values_list("call", "attempt"))
    assert len(attempts) == len(set(attempts)) == 52


@pytest.mark.usefixtures("quick")
def test_a_service_that_stays_busy_is_told_as_such(account: ClientAccount, service: Service) -> None:
    service.fault(status=429, headers={"Retry-After": "30"}, always=True)
    began = time.monotonic()
    done = list(at_once(account, [finding(number) for number in range(20)]))
    assert time.monotonic() - began < 20
    assert len(service.received()) <= 8
    assert {type(each.error) for each in done} == {Throttled, Obstructed}
    assert obstacles(done) == {Obstacle.TIME_UP}


def test_a_revoked_key_stops_the_rest(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=20, status=403, body='["API access denied."]', always=True)
    done = list(at_once(account, [creating(number) for number in range(30)]))
    assert len(service.received()) <= 8
    assert {type(each.error) for each in done} == {AccessDenied, Obstructed}
    assert obstacles(done) == {Obstacle.STOPPED}
    account.refresh_from_db()
    assert account.connection == Connection.REFUSED


def test_who_takes_no_more_stops_the_rest(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=100, always=True)
    action_id = uuid4()
    results = at_once(account, [creating(number) for number in range(30)], action_id)
    next(results)
    results.close()
    assert crew_threads() == []
    entries = list(AuditEntry.objects.exclude(operation=""))
    assert len(entries) == len(service.received()) < 30
    assert {entry.outcome for entry in entries} == {Outcome.DONE}
    assert AuditEntry.objects.get(operation="").answer == {"problem": "stopped", "unsent": 30 - len(entries)}


def test_an_error_of_the_consumer_leaves_no_thread_and_no_open_entry(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=50, always=True)

    def consume() -> None:
        for _done in at_once(account, [finding(number) for number in range(30)]):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consume()
    gc.collect()
    assert crew_threads() == []
    assert not AuditEntry.objects.filter(outcome=Outcome.PENDING).exists()


def test_a_mistake_in_a_job_is_raised_after_the_others_have_ended(account: ClientAccount, service: Service) -> None:
    service.fault(delay_ms=50, always=True)

    def wrong(api: KlickTipp) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(at_once(account, [finding(1), wrong, *[finding(number) for number in range(20)]]))
    assert not AuditEntry.objects.filter(outcome=Outcome.PENDING).exists()


@contextmanager
def broken_log(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """The log takes so many more groups of entries."""
    groups, store_all = 0, recorder.store_all

    def breaking(entries: Any) -> None:
        nonlocal groups
        groups += 1
        if groups > after:
            raise DatabaseError("the disk is full")
        store_all(entries)

    with monkeypatch.context() as patch:
        patch.setattr(recorder, "store_all", breaking)
        yield


@pytest.mark.parametrize("after", [0, 2])
def test_what_the_log_cannot_take_is_not_sent(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    service.fault(delay_ms=20, always=True)
    with broken_log(monkeypatch, after):
        done = list(at_once(account, [creating(number) for number in range(30)]))
    sent = [each for each in done if each.error is None]
    assert len(done) == 30
    assert obstacles(done) == {Obstacle.LOG_UNAVAILABLE}
    assert len(service.received()) == len(sent) == AuditEntry.objects.filter(outcome=Outcome.DONE).count()
    assert bool(sent) is bool(after)


def test_one_answer_that_cannot_be_kept_spoils_no_other(
    account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.audit import allowed

    kept_answer, odd = allowed.kept_answer, set()

    def keep(operation: str, result: int) -> dict[str, Any]:
        odd.add(result)
        return {"odd": object()} if len(odd) == 1 else kept_answer(operation, result)

    monkeypatch.setattr(allowed, "kept_answer", keep)
    done = list(at_once(account, [creating(number) for number in range(12)]))
    assert {each.error for each in done} == {None}
    assert {entry.outcome for entry in AuditEntry.objects.all()} == {Outcome.DONE}
    assert AuditEntry.objects.filter(answer={}).count() == 1


@pytest.mark.usefixtures("quick")
def test_a_call_that_may_have_happened_is_not_told_as_unsent(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.fault(path="/subscriber/untag", close="after", always=True)
    with broken_log(monkeypatch, after=1):
        (done,) = at_once(account, [lambda api: api.untag_contact("x@klick-tipp.team", 1)])
    assert isinstance(done.error, OutcomeUnknown)
    assert len(service.received()) == 1


def test_a_session_is_kept_by_the_writer_and_one_call_signs_in_for_all(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Store(MemorySessionStore):
        users: set[str] = set()

        def load(self) -> Any:
            self.users.add(threading.current_thread().name)
            return super().load()

        def save(self, session: Any) -> None:
            self.users.add(threading.current_thread().name)
            super().save(session)

    known = service.accounts[0]
    auth = SessionAuth(known["username"], known["password"], Store())
    monkeypatch.setattr(gateway, "_auth", lambda *_: auth)
    done = list(at_once(account, [finding(number) for number in range(12)]))
    assert {each.error for each in done} == {None}
    assert Store.users == {threading.current_thread().name}
    assert service.paths().count("POST /account/login") == 1
    assert service.paths()[0] == "POST /account/login"
    assert AuditEntry.objects.count() == 13


def test_sessions_that_end_are_renewed_once(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = service.accounts[0]
    auth = SessionAuth(known["username"], known["password"])
    monkeypatch.setattr(gateway, "_auth", lambda *_: auth)
    list(at_once(account, [finding(0)]))
    auth.store.note_try(None)
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]', times=1)
    done = list(at_once(account, [finding(number) for number in range(12)]))
    assert {each.error for each in done} == {None}
    assert service.paths().count("POST /account/login") == 2
