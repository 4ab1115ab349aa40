"""A worker's turn: it takes a job of the team whose last turn is longest ago, and works on it for some seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients.calls import gateway
from integrations.clients.calls.desk import Run
from integrations.clients.errand import Errand
from integrations.clients.errors import Obstructed
from integrations.jobs import pace
from integrations.jobs.ending import end_open_rows, end_rows, save_numbers
from integrations.jobs.kinds import KINDS
from integrations.jobs.ledger import PAUSE_BY_TROUBLE, Ledger
from integrations.jobs.models import CAN_GO, Job, JobRow, RowState, State
from integrations.jobs.permission import NotPermitted, errand_of, is_still_so
from integrations.jobs.reasons import CLIENT_REMOVED
from integrations.jobs.services import pause_by_trouble
from integrations.klicktipp import Problem, timing
from integrations.messages import Obstacle
from integrations.suppression.services import suppressions_among
from ktportal.encryption import Undecryptable

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 15.0
_MOST_CLAIMED: Final = 50
_MOST_LOOKED_AT: Final = 50
_MEASURED_FOR: Final = timedelta(seconds=20)
_PASSING: Final = {Obstacle.SERVICE_SILENT, Problem.SIGN_IN_PAUSED}
"""What keeps a turn from beginning and passes within minutes."""


def take_turn(worker: UUID, wait: Callable[[float], bool]) -> bool:
    """Work on the job that is due, if any; False if there is nothing to do now. `wait` waits for some seconds and says
    whether the worker is to stop; with 0 it just says so."""
    for job in _due():
        try:
            errand = errand_of(job)
        except NotPermitted as error:
            _keep_from(job, error.reason)
            return True
        if seats := pace.take_seats(worker, job.account_id):
            try:
                _Turn(_begun(job), errand, worker, wait, seats).work()
            finally:
                pace.leave_seats(worker)
            return True
    return False


def _due() -> list[Job]:
    """Of each client whose jobs may go now and have rows to be claimed the one whose last turn is longest ago; first
    those of the team whose last turn is longest ago, of them those of such a client."""
    now = timezone.now()
    may_go = Q(state__in=CAN_GO) | Q(state=State.PAUSED, resumes_at__lte=now)
    waiting = JobRow.objects.filter(job=OuterRef("pk"), state=RowState.WAITING)
    jobs = Job.objects.filter(may_go, Exists(waiting), ended_at=None, kind__in=KINDS)
    jobs = jobs.exclude(account_id__in=pace.paused_accounts())
    longest_ago = [F("turn_at").asc(nulls_first=True), F("pk").asc()]
    return list(
        jobs.annotate(
            place_in_client=Window(RowNumber(), partition_by="account_id", order_by=longest_ago),
            turn_of_team=_last_turn(team=OuterRef("team")),
            turn_of_client=_last_turn(account_id=OuterRef("account_id")),
        )
        .filter(place_in_client=1)
        .order_by(*(F(name).asc(nulls_first=True) for name in ("turn_of_team", "turn_of_client")), "pk")[
            :_MOST_LOOKED_AT
        ]
    )


def _last_turn(**whose: OuterRef) -> Subquery:
    """When a worker has begun with a job of theirs last, be that over or not."""
    turns = Job.objects.filter(turn_at__isnull=False, **whose).order_by("-turn_at")
    return Subquery(turns.values("turn_at")[:1])


def _keep_from(job: Job, reason: str) -> None:
    """Let a job pause that must not go on; one whose client has gone is stopped."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if reason == CLIENT_REMOVED and job.ended_at is None:
            job.state, job.reason = State.STOPPED, reason
            end_open_rows(job, job.rows.filter(state=RowState.WAITING))
        else:
            if job.state == State.PAUSED and job.resumes_at:
                job.state = State.WAITING
            pause_by_trouble(job, reason)
        save_numbers(job)


def _begun(job: Job) -> Job:
    """The job as it is while a worker has its turn."""
    now = timezone.now()
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state in CAN_GO or (job.state == State.PAUSED and job.resumes_at and job.resumes_at <= now):
            job.state, job.reason, job.resumes_at = State.RUNNING, "", None
        job.turn_at, job.started_at = now, job.started_at or now
        if job.measured_at is None or job.measured_at < now - _MEASURED_FOR:
            job.measured_at, job.measured_ended = now, job.ended
        job.save()
    return job


class _Turn:
    def __init__(self, job: Job, errand: Errand, worker: UUID, wait: Callable[[float], bool], seats: int) -> None:
        self._job = job
        self._errand = errand
        self._worker = worker
        self._wait = wait
        self._seats = seats
        self._kind = KINDS[job.kind]
        self._ledger = Ledger(job, errand, worker, wait)
        self._ends = timing.now() + TURN_SECONDS

    def work(self) -> None:
        if (credential := self._errand.credential) is None:
            return
        told = {**self._job.parameters, "contacts": self._job.total}
        # At the first place would be the token against double submits: that is with the action that began the job.
        action = Action(self._kind.sentence, self._errand.actor, told, id=self._job.action, places=count(2))
        account, seats = self._errand.account, self._seats
        try:
            runs = self._runs()
            for _ in gateway.in_background(credential, account, action, runs, self._ledger.writer, seats=seats):
                pass
        except Obstructed as error:
            self._note_obstacle(error.obstacle)
        except AlreadyStarted:
            self._note_obstacle(Obstacle.STOPPED)
        finally:
            self._ledger.release()

    def _note_obstacle(self, obstacle: str) -> None:
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=self._job.pk)
            pause_by_trouble(job, obstacle, timezone.now() + PAUSE_BY_TROUBLE if obstacle in _PASSING else None)
            save_numbers(job)

    def _runs(self) -> Iterator[Run[str]]:
        """Rows as they are claimed, while the turn lasts."""
        while not self._is_over():
            claimed = self._claimed()
            if not claimed:
                return
            for row, data in claimed:
                if self._is_over():
                    return
                run = self._kind.run(self._job.parameters, data, in_doubt=row.in_doubt)
                yield Run(row.place, run, earlier=row.attempts)

    def _is_over(self) -> bool:
        return self._ledger.is_over or timing.now() >= self._ends or self._wait(0)

    def _claimed(self) -> list[tuple[JobRow, dict[str, str]]]:
        """The next rows, if the job may go on as it began its turn, with what is to be sent."""
        try:
            if not (pace.has_seats(self._worker) and is_still_so(self._errand, self._job)):
                return []
            return self._sorted_out(self._claim())
        except DatabaseError:  # what is under way has still to be written
            logger.exception("No rows of job %s could be claimed.", self._job.pk)
            return []

    def _claim(self) -> list[JobRow]:
        waiting = self._job.rows.filter(state=RowState.WAITING).order_by("place")
        with transaction.atomic():
            rows = list(waiting.select_for_update(skip_locked=True)[: min(4 * self._seats, _MOST_CLAIMED)])
            JobRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=RowState.CLAIMED, worker=self._worker)
        return rows

    def _sorted_out(self, rows: list[JobRow]) -> list[tuple[JobRow, dict[str, str]]]:
        """Those of the claimed rows for which something can be sent; the others have ended then."""
        data: dict[int, dict[str, str]] = {}
        for row in rows:
            row.job = self._job
            try:
                data[row.place] = row.data
            except Undecryptable:
                self._end([row], Obstacle.KEY_UNDECRYPTABLE)
        subjects = {place: Subject(SubjectKind.EMAIL, told["email"]) for place, told in data.items()}
        if self._kind.spares_suppressed and (found := suppressions_among(self._errand.account, subjects.values())):
            spared = [row for row in rows if subjects.get(row.place) in found and not row.in_doubt]
            self._end(spared, Obstacle.SUPPRESSED)
            for row in spared:
                del data[row.place]
        going = [row for row in rows if row.place in data]
        for row in going:
            self._ledger.hold(row, subjects[row.place])
        return [(row, data[row.place]) for row in going]

    def _end(self, rows: list[JobRow], reason: str) -> None:
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=self._job.pk)
            mine = JobRow.objects.filter(pk__in=[row.pk for row in rows], worker=self._worker)
            end_rows(job, mine, RowState.FAILED, reason)
            save_numbers(job)
