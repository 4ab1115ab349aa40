"""Final entries go to the destination at least once and in order, with a cursor that nothing moves but arrival."""

import json
import socket
import ssl
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Membership
from integrations.audit import events, lines, people_sentences
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.stream import sending, services
from integrations.audit.stream.models import Destination, Problem
from integrations.audit.subjects import Subject, SubjectKind
from integrations.contacts.sentences import ADD_CONTACT
from tests.audit.stream.conftest import TOKEN, by_https, by_syslog
from tests.audit.stream.receiver import HOST, Collector, Reply, SyslogReceiver, make_certificates, serving
from tests.factories import ClientAccountFactory, actor
from tests.pages import logged

pytestmark = pytest.mark.django_db


def write(scope: Scope, count: int = 1, **columns: Any) -> list[AuditEntry]:
    """Entries of calls that added somebody, each an action of its own."""
    return [_write(scope, columns) for _ in range(count)]


def _write(scope: Scope, columns: dict[str, Any]) -> AuditEntry:
    about = (Subject(SubjectKind.EMAIL, "ada@example.org"),)
    action = Action(ADD_CONTACT, actor(), {"contact": about[0].label}, about, reference="T-1")
    defaults = {
        "operation": "add_or_update_contact",
        "method": "POST",
        "path": "/subscriber",
        "call": uuid.uuid4(),
        "started_at": datetime(2026, 11, 30, 14, 32, 5, 123456, UTC),
        "duration": timedelta(milliseconds=120),
        "outcome": Outcome.DONE,
        "status": 200,
        "request": {"tag_id": 5},
        "answer": {"contact_id": "77"},
    }
    entry = entry_of(action, scope, Kind.CHANGE, **(defaults | columns))
    store(entry, action.subjects)
    return entry


def finish(entry: AuditEntry) -> None:
    entry.outcome, entry.duration = Outcome.DONE, timedelta()
    entry.save()
    lines.finish([entry])


def told_of(owner: Membership) -> list[str]:
    """What the log says of the forwarding itself, but that it was set up."""
    return logged(team_id=owner.team.pk, sentence__startswith="log_stream.")[1:]


@pytest.fixture
def scope(owner: Membership) -> Scope:
    return ClientAccountFactory(team=owner.team, name="Bergwind").scope


def send(destination: Destination) -> Destination:
    """What a worker does now; the destination as it is afterwards."""
    Destination.objects.update(next_at=None)
    sending.send.call(destination.team_id)
    destination.refresh_from_db()
    return destination


def test_all_that_the_log_has_arrives_in_order_as_json_lines(
    collector: Collector, destination: Destination, scope: Scope
) -> None:
    entry = write(scope, 3)[1]
    assert send(destination).through_number == 4

    assert collector.numbers == [1, 2, 3, 4]
    head = collector.heads[0]
    assert head.startswith("POST /ingest HTTP/1.1\r\n")
    assert f"Host: {HOST}:{collector.port}\r\n" in head
    assert f"Authorization: Bearer {TOKEN}\r\n" in head
    assert "Content-Type: application/x-ndjson\r\n" in head
    line = collector.lines[2]
    assert line | {"subjects": []} == {
        "format": 1,
        "id": str(entry.pk),
        "version": 1,
        "team_id": destination.team_id,
        "number": 3,
        "account_id": scope.account_id,
        "account_label": "Bergwind",
        "account_number": 2,
        "started_at": "2026-11-30T14:32:05.123456Z",
        "duration_ms": 120.0,
        "text": "Alex added a•••@example.org to Bergwind",
        "reason": "",
        "kind": "change",
        "outcome": "done",
        "action": str(entry.action),
        "sentence": "contacts.add",
        "parameters": {"account": "Bergwind", "actor": "Alex", "contact": "a•••@example.org"},
        "call": str(entry.call),
        "attempt": 1,
        "reference": "T-1",
        "actor_id": None,
        "actor_label": "Alex",
        "source": "page",
        "ip": None,
        "key_last_four": "",
        "key_owner": "",
        "operation": "add_or_update_contact",
        "method": "POST",
        "path": "/subscriber",
        "request": {"tag_id": 5},
        "status": 200,
        "code": None,
        "detail": None,
        "answer": {"contact_id": "77"},
        "subjects": [],
    }
    (subject,) = line["subjects"]
    assert subject == {"kind": "email", "label": "a•••@example.org", "hash": subject["hash"], "key_version": 1}
    assert len(subject["hash"]) == 64
    assert collector.bodies[0].isascii()
    assert TOKEN not in collector.bodies[0]
    assert "ada@example.org" not in collector.bodies[0]


def test_every_column_of_an_entry_leaves(collector: Collector, destination: Destination, scope: Scope) -> None:
    write(scope)
    send(destination)

    columns = {field.attname for field in AuditEntry._meta.concrete_fields} - {"duration"}
    assert columns <= set(collector.lines[-1])


def test_nothing_overtakes_what_is_still_pending(collector: Collector, destination: Destination, scope: Scope) -> None:
    write(scope)
    (pending,) = write(scope, outcome=Outcome.PENDING, duration=None)
    write(scope)
    assert send(destination).through_number == 2
    assert collector.numbers == [1, 2]
    assert services.waiting(destination) == services.Waiting(2, pending.started_at, is_held_up=True)
    finish(pending)

    assert send(destination).through_number == 4
    assert collector.numbers == [1, 2, 3, 4]
    assert services.waiting(destination) == services.Waiting(0)


def test_batches_are_limited_in_entries_and_in_size(
    collector: Collector, destination: Destination, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(scope, 6)
    monkeypatch.setattr(sending, "MOST_ENTRIES", 3)
    send(destination)
    assert [body.count("\n") for body in collector.bodies] == [3, 3, 1]

    write(scope, 3, answer={"message": "x" * 600})
    monkeypatch.setattr(sending, "MOST_BYTES", 2_000)
    send(destination)
    assert [body.count("\n") for body in collector.bodies[3:]] == [1, 1, 1]
    assert collector.numbers == list(range(1, 11))


def refuse_and_send(destination: Destination, collector: Collector, reply: Reply) -> Destination:
    collector.replies = [reply]
    return send(destination)


def after_silence(tls: ssl.SSLSocket) -> None:
    time.sleep(1)


def drip(tls: ssl.SSLSocket) -> None:
    for character in "HTTP/1.1 200 OK\r\nServer: slow, very slow":
        tls.sendall(character.encode())
        time.sleep(0.05)


def reset(tls: ssl.SSLSocket) -> None:
    tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def answer(status: int, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} So it is\r\n{headers}Content-Length: 0\r\n\r\n".encode()


FAILURES: list[tuple[Reply, Problem, int | None]] = [
    (answer(500), Problem.ERROR, 500),
    (answer(413), Problem.ERROR, 413),
    (answer(429, "Retry-After: 120\r\n"), Problem.BUSY, 429),
    (answer(401), Problem.TOKEN, 401),
    (answer(403), Problem.TOKEN, 403),
    (answer(301, "Location: https://elsewhere.example.com/\r\n"), Problem.REDIRECT, 301),
    (answer(307, f"Location: https://{HOST}/\r\n"), Problem.REDIRECT, 307),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbroken", Problem.CUT_OFF, 200),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbro", Problem.CUT_OFF, None),
    (b"", Problem.CUT_OFF, None),
    (b"220 mail.example.com ESMTP\r\n", Problem.CUT_OFF, None),
    (reset, Problem.CUT_OFF, None),
    (after_silence, Problem.TIME, None),
    (drip, Problem.TIME, None),
]


def test_whatever_goes_wrong_nothing_is_lost(
    collector: Collector, destination: Destination, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH_SECONDS", 0.5)
    for reply, problem, status in FAILURES:
        write(scope)
        failed = refuse_and_send(destination, collector, reply)
        assert (failed.problem, failed.status, failed.through_number) == (problem, status, 0), reply
        assert failed.problem_in_words
    assert failed.failures == len(FAILURES)


def test_what_was_refused_is_sent_again_and_the_log_tells_both_once(
    collector: Collector, destination: Destination, owner: Membership, scope: Scope
) -> None:
    write(scope)
    place = str(destination)
    for reply in (answer(500), answer(301), b""):
        refuse_and_send(destination, collector, reply)
    assert told_of(owner) == [f"The log cannot be forwarded to {place}. The host answered with an error."]
    since = destination.failing_since
    assert since is not None
    collector.bodies.clear()

    send(destination)
    send(destination)

    assert told_of(owner)[1:] == [f"The log is forwarded to {place} again"]
    assert collector.numbers == [1, 2, 3, 4]
    assert destination.through_number == 4
    assert (destination.problem, destination.failures, destination.failing_since) == ("", 0, None)


def pauses(destination: Destination, collector: Collector, replies: Iterable[bytes]) -> list[int]:
    found = []
    for reply in replies:
        before = timezone.now()
        failed = refuse_and_send(destination, collector, reply)
        assert failed.next_at
        found.append(round((failed.next_at - before).total_seconds()))
    return found


def test_after_each_failure_it_waits_longer_and_as_long_as_it_is_asked_to(
    collector: Collector, destination: Destination
) -> None:
    assert pauses(destination, collector, [answer(500)] * 8) == [15, 30, 60, 120, 300, 900, 900, 900]
    send(destination)
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(seconds=1800), usegmt=True)
    asked = ["120", "0", "-5", "soon", "99999999", "9" * 5000, in_an_hour, "Tue, 99 Nov 2026 00:00:00 GMT"]
    events.record(people_sentences.SIGNED_IN, actor(), Scope(destination.team_id))
    waits = []
    for retry_after in asked:
        Destination.objects.update(failures=0)
        waits += pauses(destination, collector, [answer(429, f"Retry-After: {retry_after}\r\n")])
    assert waits[:6] == [120, 15, 15, 15, 3600, 15]
    assert waits[6] in (1798, 1799, 1800)
    assert waits[7] == 15


def test_nothing_is_tried_before_its_time_while_paused_or_by_two_at_once(
    collector: Collector, destination: Destination, owner: Membership
) -> None:
    team_id, later = destination.team_id, timezone.now() + timedelta(minutes=1)
    for columns in (
        {"next_at": later},
        {"is_paused": True},
        {"sender": uuid.uuid4(), "sender_until": later},
    ):
        Destination.objects.update(**columns)
        sending.send.call(team_id)
        assert collector.bodies == []
        Destination.objects.update(next_at=None, is_paused=False, sender=None, sender_until=None)

    Destination.objects.update(sender=uuid.uuid4(), sender_until=timezone.now())  # killed two minutes ago
    sending.send.call(team_id)
    assert collector.numbers == [1]


def test_who_is_killed_in_mid_batch_loses_nothing(
    collector: Collector, destination: Destination, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(scope, 2)

    def killed(*_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_move_on", killed)
        with pytest.raises(KeyboardInterrupt):
            sending.send.call(destination.team_id)
    destination.refresh_from_db()
    assert destination.through_number == 0

    send(destination)
    assert collector.numbers == [1, 2, 3, 1, 2, 3]


def test_a_sender_that_is_stopped_meanwhile_does_not_move_the_cursor(
    collector: Collector, destination: Destination, owner: Membership, scope: Scope
) -> None:
    write(scope)
    sender = uuid.uuid4()
    Destination.objects.update(sender=sender, sender_until=timezone.now() + timedelta(minutes=1))
    batch = sending.next_batch(destination)
    assert batch
    services.pause(owner.team, actor())
    assert not sending._move_on(destination, sender, batch)
    services.pause(owner.team, actor(), undo=True)
    assert not sending._move_on(destination, sender, batch)
    assert send(destination).through_number == 4
    assert told_of(owner) == [
        f"Alex paused the forwarding of the log to {destination}",
        f"Alex resumed the forwarding of the log to {destination}",
    ]


def test_hosts_that_are_not_allowed_not_known_or_not_reachable_get_nothing(
    collector: Collector, destination: Destination, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def problem() -> str:
        return send(destination).problem

    settings.LOG_STREAM_HOSTS = ["other.example.com"]
    assert problem() == Problem.NOT_ALLOWED
    settings.LOG_STREAM_HOSTS = [HOST]
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    by_https(destination.team, port)
    assert problem() == Problem.UNREACHABLE
    Destination.objects.update(port=collector.port, encrypted_secret="gAAAA")
    assert problem() == Problem.UNREADABLE
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert problem() == Problem.UNREADABLE
    services.set_destination(destination.team, services.Chosen("https", HOST, collector.port, "", TOKEN), actor())
    assert problem() == Problem.UNKNOWN_HOST
    assert collector.bodies == []


def unknown(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_certificates_are_checked_and_so_is_the_name(
    at_home: None, owner: Membership, tmp_path: Any, certificates: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = Collector()
    destination = by_https(owner.team)
    other_ca, other = make_certificates(tmp_path, "other.example.com")
    for trusted in (other_ca, certificates[0]):
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with serving(collector.talk, other) as port:
            by_https(owner.team, port)
            assert send(destination).problem == Problem.CERTIFICATE
    assert collector.heads == []

    with socket.create_server(("127.0.0.1", 0)) as plain:
        by_https(owner.team, plain.getsockname()[1])
        monkeypatch.setattr(sending, "BATCH_SECONDS", 0.3)
        assert send(destination).problem == Problem.TIME  # takes the connection and says nothing


def test_the_clock_leaves_to_the_worker_what_waits(
    destination: Destination, owner: Membership, task_queue: None, settings: Any
) -> None:
    def asked() -> int:
        sending.ask_worker()
        return DBTaskResult.objects.filter(task_path=sending.send.module_path).count()

    settings.LOG_STREAM_HOSTS = []
    assert asked() == 0
    settings.LOG_STREAM_HOSTS = [HOST]
    Destination.objects.update(through_number=1)
    assert asked() == 0  # nothing waits
    Destination.objects.update(through_number=0, is_paused=True)
    assert asked() == 0
    Destination.objects.update(is_paused=False, next_at=timezone.now() + timedelta(minutes=1))
    assert asked() == 0
    Destination.objects.update(next_at=None)
    assert asked() == 1
    assert asked() == 1  # the worker has it already


def test_what_is_left_after_some_seconds_is_the_next_tasks(
    collector: Collector,
    destination: Destination,
    scope: Scope,
    task_queue: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(scope, 3)
    monkeypatch.setattr(sending, "MOST_ENTRIES", 2)
    monkeypatch.setattr(sending, "_BEGINS_FOR", 0)
    asked = DBTaskResult.objects.filter(task_path=sending.send.module_path)
    assert send(destination).through_number in (0, 2)
    assert asked.count() == 1
    assert destination.sender is None


def test_syslog_gets_messages_in_counted_frames(syslog: SyslogReceiver, owner: Membership, scope: Scope) -> None:
    destination = by_syslog(owner.team, syslog.port)
    write(scope, outcome=Outcome.DONE)
    write(scope, outcome=Outcome.REFUSED, status=406, code=9, answer={"problem": "contact_not_subscribed"})
    write(scope, outcome=Outcome.FAILED)
    write(scope, outcome=Outcome.UNKNOWN)

    assert send(destination).through_number == 5

    heads, bodies = zip(*(frame.split(" - ", 1)[0::1] for frame in syslog.frames), strict=True)
    assert [head.partition(">")[0] for head in heads] == ["<110", "<110", "<108", "<107", "<108"]
    assert heads[1] == "<110>1 2026-11-30T14:32:05.123456Z testserver ktportal"
    assert [body.partition(" - ")[0] for body in bodies] == ["event", "change", "change", "change", "change"]
    told = [json.loads(body.partition(" - ")[2]) for body in bodies]
    assert [line["number"] for line in told] == [1, 2, 3, 4, 5]
    assert told[2]["text"] == "Refused: Alex tried to add a•••@example.org to Bergwind"


def test_syslog_that_does_not_read_it_all_gets_it_again(
    syslog: SyslogReceiver, owner: Membership, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = by_syslog(owner.team, syslog.port)
    write(scope, 300)

    def take_some(tls: ssl.SSLSocket) -> None:
        tls.recv(100)
        reset(tls)

    def hang(tls: ssl.SSLSocket) -> None:
        time.sleep(1)

    monkeypatch.setattr(sending, "BATCH_SECONDS", 0.5)
    for ending, problem in ((take_some, Problem.CUT_OFF), (hang, Problem.TIME)):
        syslog.endings = [ending]
        assert send(destination).problem == problem
        assert destination.through_number == 0


def test_syslog_that_has_read_it_all_may_leave_without_a_word(syslog: SyslogReceiver, owner: Membership) -> None:
    destination = by_syslog(owner.team, syslog.port)

    def leave(tls: ssl.SSLSocket) -> None:
        while tls.recv(65536):
            pass

    syslog.endings = [leave]
    assert send(destination).through_number == 1


def test_where_nothing_waits_nothing_is_sent(collector: Collector, destination: Destination) -> None:
    send(destination)
    send(destination)
    assert len(collector.bodies) == 1
