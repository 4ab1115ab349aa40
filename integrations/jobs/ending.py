"""How rows end, and with the last of them their job. All of it in a transaction of the caller's that has locked it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from integrations.audit import events, sweep
from integrations.audit.actors import SYSTEM
from integrations.jobs import sentences
from integrations.jobs.kinds import label_of
from integrations.jobs.models import HELD, Job, JobRow, RowState, State
from integrations.jobs.reasons import in_log


def end_rows(job: Job, rows: QuerySet[JobRow], state: RowState, reason: str = "", code: int | None = None) -> None:
    """Let these rows of the job end so, and count them."""
    ended = rows.update(state=state, reason=reason, code=code, worker=None, in_doubt=False)
    setattr(job, state, getattr(job, state) + ended)


def give_free(job: Job, rows: QuerySet[JobRow]) -> None:
    """Give rows back that a worker holds and is not working on any more. Those of a stopped job end instead."""
    held = rows.filter(state__in=HELD)
    sweep.give_up([entry for entry in held.values_list("entry", flat=True) if entry])
    if job.state == State.STOPPED:
        end_open_rows(job, held)
        return
    held.filter(state=RowState.BEGUN).update(state=RowState.WAITING, worker=None, in_doubt=True)
    held.filter(state=RowState.CLAIMED).update(state=RowState.WAITING, worker=None)


def end_open_rows(job: Job, rows: QuerySet[JobRow]) -> None:
    """Let rows end that nobody will work on any more: what may have happened is unclear."""
    end_rows(job, rows.filter(state=RowState.BEGUN), RowState.UNCLEAR)
    end_rows(job, rows.filter(in_doubt=True), RowState.UNCLEAR)
    end_rows(job, rows, RowState.STOPPED)


def save_numbers(job: Job) -> None:
    """Store what has been counted; with its last row the job has ended, and the log says so."""
    if job.left == 0 and job.ended_at is None:
        job.ended_at = timezone.now()
        if job.state != State.STOPPED:
            job.state, job.reason, job.resumes_at = State.ENDED, "", None
        word = in_log(label_of(job.kind))
        events.record(sentences.ENDED, SYSTEM, job.scope, job=word, done=job.done, contacts=job.total)
    job.save(update_fields=_KEPT)


_KEPT = [
    *("state", "reason", "resumes_at", "in_a_row", "ended_at"),
    *("done", "rejected", "failed", "stopped", "unclear"),
]
