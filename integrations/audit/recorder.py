"""Writes every HTTP attempt towards KlickTipp into the log: committed as pending before it leaves, finished once."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.audit import allowed, lines, links, numbers
from integrations.audit.actors import Actor
from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import AuditEntry, AuditSubject, KeyOwner, Kind, Outcome, SubjectKind
from integrations.audit.sentences import Sentence
from integrations.audit.statements import finish, insert, is_pending
from integrations.audit.subjects import Subject, subject_rows, subjects_in
from integrations.klicktipp import AccessDenied, Attempt, Ending, InvalidRequest, NotFound, Problem, Rejected
from integrations.operations import OPERATIONS

logger = logging.getLogger(__name__)

_LONGEST_PATH = 200

_REFUSALS = (AccessDenied, InvalidRequest, NotFound, Rejected)


@dataclass(frozen=True)
class Action:
    """One intention of a person. Its id groups the calls and is the token against double submits.

    The parameters complete the sentence and are stored as they are: names of tags, masked labels of people. Each entry
    of the action is about its `subjects`, besides those that a call itself names. `places` tells the next place of a
    call, see `call_number`; it begins later for an action that an earlier request of the portal has begun.
    """

    sentence: Sentence
    actor: Actor
    parameters: dict[str, Any] = field(default_factory=dict)
    subjects: tuple[Subject, ...] = ()
    id: UUID = field(default_factory=uuid4)
    reference: str = ""
    places: Iterator[int] = field(default_factory=lambda: itertools.count(1), compare=False, repr=False)


@dataclass(frozen=True)
class Scope:
    """Whose log an entry belongs to, and which client account it is about."""

    team_id: int
    account_id: int | None = None
    account_label: str = ""


def entry_of(action: Action, scope: Scope, kind: Kind, **columns: Any) -> AuditEntry:
    """An unsaved entry with everything that an action and its scope say."""
    return AuditEntry(
        team_id=scope.team_id,
        account_id=scope.account_id,
        account_label=scope.account_label,
        action=action.id,
        sentence=action.sentence.key,
        parameters=allowed.kept_parameters(
            {"account": scope.account_label, "actor": action.actor.name, **action.parameters}
        ),
        reference=action.reference,
        actor_id=action.actor.user_id,
        actor_label=action.actor.label,
        source=action.actor.source,
        ip=action.actor.ip,
        kind=kind,
        **columns,
    )


def call_number(action: Action, place: int) -> UUID:
    """The call at this place (1, 2, …) of an action. It follows from the action, so that whatever else is sent under
    its id, by whomever, meets the unique constraint with its first call, before anything leaves."""
    return uuid5(action.id, str(place))


class CallsOfJobs:
    """Names the calls that the jobs of an action make. But for the action's first one, which is at its first place as
    any action's, a name follows from the job's place among the jobs, not from the order in which they get on.

    The first call is to be named before there are several threads.
    """

    def __init__(self, action: Action) -> None:
        self._action = action
        self._first: tuple[int, str, int] | None = None
        self._is_begun = False

    def name(self, job: int, operation: str, turn: int) -> UUID:
        """The call that a job makes of an operation for the first, second, … time."""
        if not self._is_begun:
            self._is_begun = True
            self._first = (job, operation, turn) if next(self._action.places) == 1 else None
        if self._first == (job, operation, turn):
            return call_number(self._action, 1)
        return uuid5(self._action.id, f"{job} {operation} {turn}")


def store(entry: AuditEntry, subjects: Iterable[Subject | AuditSubject]) -> None:
    """Number and insert an entry with its subjects. The caller holds the transaction."""
    store_all([(entry, subjects)])


def store_all(entries: Sequence[tuple[AuditEntry, Iterable[Subject | AuditSubject]]]) -> None:
    """Number and insert entries of one action with their subjects, and these first: the database takes none for what
    is finished. The caller holds the transaction."""
    numbers.give([entry for entry, _ in entries])
    if rows := [row for entry, subjects in entries for row in subject_rows(entry, subjects)]:
        insert(rows)
    insert([entry for entry, _ in entries])
    lines.count([entry for entry, _ in entries])


class Recorder:
    """The library's observer for the calls of one action.

    `begin` raises `RuntimeError` inside a database transaction and `AlreadyStarted` for an action that another
    submit has begun; the library then sends nothing. `finish` never raises: the call is over and its result counts.

    key_last_four: of the customer key that signs the calls; "" where an API user does
    key_owner: whose key, or whose API user, it is; None while it is only tested
    api_user: the API user's name
    """

    def __init__(
        self, action: Action, scope: Scope, key_last_four: str, key_owner: KeyOwner | None, api_user: str = ""
    ) -> None:
        user = {"api_user": api_user} if api_user else {}
        self._action = replace(action, parameters={**action.parameters, **user})
        self._scope = scope
        self._key = {"key_last_four": key_last_four, "key_owner": key_owner or ""}
        self._begun: dict[UUID, AuditEntry] = {}
        self._calls: dict[UUID, UUID] = {}
        self._lock = threading.Lock()

    def _call(self, call_id: UUID) -> UUID:
        """The library's call as the log knows it."""
        with self._lock:
            if call_id not in self._calls:
                self._calls[call_id] = call_number(self._action, next(self._action.places))
            return self._calls[call_id]

    def _subjects(self, attempt: Attempt) -> list[Subject]:
        return [*self._action.subjects, *subjects_in(attempt.arguments)]

    def _kind(self, attempt: Attempt) -> Kind:
        """Signing in is done for the sake of the action, and is what the action is."""
        if attempt.operation.is_session:
            return Kind.READ if self._action.sentence.only_reads else Kind.CHANGE
        return Kind.READ if attempt.operation.safe else Kind.CHANGE

    def begin(self, attempt: Attempt) -> None:
        self._begin(replace(attempt, call_id=self._call(attempt.call_id)))

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        try:
            self._finish(self._begun.pop(attempt.request_id), attempt, ending)
        except Exception:
            logger.exception("The log entry %s could not be finished.", attempt.request_id)

    def write(self, begun: Sequence[Attempt], finished: Sequence[tuple[Attempt, Ending]]) -> Mapping[UUID, Exception]:
        """Begin and finish many attempts in one transaction; where that fails, each in one of its own.

        The attempts have calls of the log, see `CallsOfJobs`, as their `call_id`. Returns by `request_id` why an
        attempt could not be begun and must not leave: `AlreadyStarted`, or what the database said. Like `finish` it
        raises nothing.
        """
        try:
            with transaction.atomic(durable=True):
                committed = self.store_marks(begun, finished)
        except Exception:
            return self._write_each(begun, finished)
        committed()
        return {}

    def store_marks(self, begun: Sequence[Attempt], finished: Sequence[tuple[Attempt, Ending]]) -> Callable[[], None]:
        """Begin and finish attempts in the caller's transaction, whatever else is written there. Returns what to call
        once that is committed."""
        entries = [self._entry(attempt) for attempt in begun]
        in_time = [
            entry
            for attempt, ending in finished
            if self._close(
                entry := self._begun[attempt.request_id], *_answered(attempt, ending), self._subjects(attempt)
            )
        ]
        if in_time:
            lines.finish(in_time)
        if entries:
            store_all([(entry, self._subjects(each)) for entry, each in zip(entries, begun, strict=True)])

        def committed() -> None:
            self._begun |= {entry.id: entry for entry in entries}
            for attempt, _ending in finished:
                del self._begun[attempt.request_id]

        return committed

    def _write_each(
        self, begun: Sequence[Attempt], finished: Sequence[tuple[Attempt, Ending]]
    ) -> Mapping[UUID, Exception]:
        for attempt, ending in finished:
            self.finish(attempt, ending)
        refused: dict[UUID, Exception] = {}
        for attempt in begun:
            try:
                self._begin(attempt)
            except Exception as error:
                refused[attempt.request_id] = error
        return refused

    def _entry(self, attempt: Attempt) -> AuditEntry:
        attempt = _with_key_masked(attempt)
        return entry_of(
            self._action,
            self._scope,
            self._kind(attempt),
            id=attempt.request_id,
            call=attempt.call_id,
            attempt=attempt.number,
            operation=attempt.operation.name,
            method=attempt.method,
            path=_shortened(attempt.path),
            request=allowed.kept_request(attempt.operation.name, attempt.arguments),
            started_at=timezone.now(),
            **self._key,
        )

    def _begin(self, attempt: Attempt) -> None:
        entry = self._entry(attempt)
        try:
            with transaction.atomic(durable=True):
                store(entry, self._subjects(attempt))
        except IntegrityError:
            if AuditEntry.objects.filter(call=entry.call, attempt=entry.attempt).exists():
                raise AlreadyStarted(self._action.id) from None
            raise
        self._begun[entry.id] = entry

    def _finish(self, entry: AuditEntry, attempt: Attempt, ending: Ending) -> None:
        """Finish the entry; if what the answer says cannot be stored, at least with its outcome."""
        known = self._subjects(attempt)
        try:
            with transaction.atomic(durable=True):
                if self._close(entry, *_answered(attempt, ending), known):
                    lines.finish([entry])
        except Exception:
            logger.exception("The answer to %s could not be kept in the log.", attempt.request_id)
            with transaction.atomic(durable=True):
                if self._close(entry, _finishing(ending), [], known):
                    lines.finish([entry])

    def _close(
        self, entry: AuditEntry, columns: dict[str, Any], contacts: list[list[Subject]], known: list[Subject]
    ) -> bool:
        """Finish the entry, for the line to be told; or if the sweep came first, store the answer as an entry of its
        own, and return False. `contacts` are those that were met, each by all its names. The caller holds the
        transaction."""
        new = [subject for names in contacts for subject in names if subject not in known]
        tells_more = bool(new) or any(len(names) > 1 for names in contacts)
        if tells_more and is_pending(entry):
            insert(subject_rows(entry, new))
            links.learn(entry, contacts)
        if finish(entry, columns):
            _set(entry, columns)
            return True
        late = AuditEntry.objects.get(pk=entry.pk)
        late.pk, late.call = uuid4(), lines.late_call(late.call)
        late.answer = {}
        _set(late, columns)
        late.answer["late_answer_to"] = str(entry.pk)
        store(late, [*known, *new])
        return False


def _set(entry: AuditEntry, columns: dict[str, Any]) -> None:
    for column, value in columns.items():
        setattr(entry, column, value)


def _shortened(path: str) -> str:
    """A path that a column can hold: the ids of many contacts stand in the request, too."""
    return path if len(path) <= _LONGEST_PATH else f"{path[: _LONGEST_PATH - 1]}…"


def _with_key_masked(attempt: Attempt) -> Attempt:
    """As the log may keep it: where a contact is meant by its key, a name may have been typed for one."""
    contact = Subject(SubjectKind.CONTACT, str(attempt.arguments.get("contact_id", "")))
    if not contact.is_key:
        return attempt
    path = f"{attempt.path.rpartition('/')[0]}/{contact.label}"
    return replace(attempt, path=path, arguments={**attempt.arguments, "contact_id": contact.label})


def _answered(attempt: Attempt, ending: Ending) -> tuple[dict[str, Any], list[list[Subject]]]:
    """The finishing columns with all that the answer says, and the contacts that were met, each by all its names, such
    as the contact ID after an add."""
    operation = attempt.operation.name
    if ending.error:
        return _finishing(ending) | {"answer": allowed.kept_error(ending.error, attempt.arguments)}, []
    named = OPERATIONS[operation].contacts_in_answer
    contacts = links.told_by_call(attempt.arguments, named(ending.result) if named else [])
    return _finishing(ending) | {"answer": allowed.kept_answer(operation, ending.result)}, contacts


def _finishing(ending: Ending) -> dict[str, Any]:
    return {
        "outcome": _outcome(ending),
        "duration": timedelta(seconds=ending.duration),
        "status": ending.status,
        "code": ending.error.code if ending.error else None,
        "detail": ending.error.detail if ending.error else None,
    }


def _outcome(ending: Ending) -> Outcome:
    if ending.error is None:
        return Outcome.DONE
    if ending.error.happened == "unknown":
        return Outcome.UNKNOWN
    is_refused = isinstance(ending.error, _REFUSALS) and ending.error.problem is not Problem.INTERNAL_ERROR
    return Outcome.REFUSED if is_refused else Outcome.FAILED
