"""The use cases of jobs: begin one, let it pause, go on and stop."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import transaction

from integrations.audit import events
from integrations.audit.actors import SYSTEM, Actor
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject, hash_subject, newest_key_version
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.jobs import sentences
from integrations.jobs.ending import end_open_rows, save_numbers
from integrations.jobs.kinds import label_of, operation_of
from integrations.jobs.kinds.kind import Kind
from integrations.jobs.models import CAN_GO, Job, JobRow, RowState, State, purpose_of_rows
from integrations.jobs.reasons import in_log, reason_message
from ktportal.encryption import encrypt

_INSERTED_AT_ONCE: Final = 500
MOST_OF_CLIENT: Final = 20
MOST_OF_TEAM: Final = 50
"""Jobs that have not ended. A few more may begin at the same moment."""


class TooManyJobs(Exception):
    """So many jobs of the client account, or of the team, have not ended that no further one may begin."""

    def __init__(self, *, of_client: bool) -> None:
        super().__init__("of the client" if of_client else "of the team")
        self.of_client = of_client


def job_id_of(action_id: UUID) -> UUID:
    """The action of the job that a form with this action begins: beginning it is an action of its own."""
    return uuid5(action_id, "job")


def refuse_too_many(account: ClientAccount, action_id: UUID) -> None:
    """Raises `TooManyJobs` if no job may begin now but the one that this action has begun already."""
    others = Job.objects.filter(team=account.team_id, ended_at=None).exclude(action=job_id_of(action_id))
    if others.filter(account_id=account.pk).count() >= MOST_OF_CLIENT:
        raise TooManyJobs(of_client=True)
    if others.count() >= MOST_OF_TEAM:
        raise TooManyJobs(of_client=False)


def begin(
    errand: Errand,
    kind: Kind,
    rows: Iterable[tuple[Subject, Mapping[str, Any]]],
    parameters: Mapping[str, Any],
    action_id: UUID,
) -> Job:
    """Begin a job for these contacts, each with what is to be sent for it. Workers do it.

    Raises `AlreadyStarted` for an action that has begun one before.
    """
    rows = list(rows)
    told = {"contacts": len(rows), "job": in_log(kind.label)}
    action = Action(sentences.STARTED, errand.actor, told, id=action_id)
    job = Job(
        team_id=errand.account.team_id,
        account_id=errand.account.pk,
        account_label=errand.account.name,
        kind=kind.key,
        action=job_id_of(action_id),
        actor_id=errand.actor.user_id,
        actor_label=errand.actor.label,
        parameters=parameters,
        total=len(rows),
    )
    made = list(_rows(job, rows))
    with transaction.atomic():
        events.record_once(action, job.scope)
        job.save()
        JobRow.objects.bulk_create(made, batch_size=_INSERTED_AT_ONCE)
    return job


def _rows(job: Job, rows: Iterable[tuple[Subject, Mapping[str, Any]]]) -> Iterator[JobRow]:
    version, purpose = newest_key_version(), purpose_of_rows(job)
    for place, (subject, data) in enumerate(rows):
        yield JobRow(
            job=job,
            place=place,
            encrypted_secret=encrypt(json.dumps(data), purpose),
            label=subject.label,
            hash=hash_subject(subject, job.team_id, version),
        )


def pause(job: Job, actor: Actor) -> bool:
    """Let no further row begin until somebody lets the job go on. False where it does not run."""
    with _locked(job) as now:
        if now.state not in CAN_GO:
            return False
        now.state, now.reason, now.resumes_at = State.PAUSED, "", None
        _record(sentences.PAUSED, now, actor)
    return True


def pause_by_trouble(job: Job, reason: str, resumes_at: datetime | None = None) -> None:
    """The same for this reason, until a moment or somebody lets it go on; of a job that is locked. The caller saves
    it."""
    if job.state not in CAN_GO:
        return
    job.state, job.reason, job.resumes_at, job.in_a_row = State.PAUSED, reason, resumes_at, 0
    why = reason_message(operation_of(job.kind), reason).what
    _record(sentences.PAUSED_BY_TROUBLE, job, SYSTEM, reason=in_log(why))


def go_on(job: Job, actor: Actor) -> bool:
    """Let a paused job go on. False where it is not paused."""
    with _locked(job) as now:
        if now.state != State.PAUSED:
            return False
        now.state, now.reason, now.resumes_at, now.in_a_row = State.WAITING, "", None, 0
        _record(sentences.WENT_ON, now, actor)
    return True


def stop(job: Job, actor: Actor) -> bool:
    """Let no further row begin, for good; what is under way ends. False where the job has ended or is stopped."""
    with _locked(job) as now:
        if now.state in (State.STOPPED, State.ENDED):
            return False
        now.state, now.reason, now.resumes_at = State.STOPPED, "", None
        _record(sentences.STOPPED, now, actor)
        end_open_rows(now, now.rows.filter(state=RowState.WAITING))
    return True


@contextmanager
def _locked(job: Job) -> Iterator[Job]:
    with transaction.atomic():
        now = Job.objects.select_for_update().get(pk=job.pk)
        yield now
        save_numbers(now)


def _record(sentence: Sentence, job: Job, actor: Actor, **parameters: Any) -> None:
    told = {"contacts": job.total, "job": in_log(label_of(job.kind)), **parameters}
    events.record(sentence, actor, job.scope, **told)
