"""What a worker writes while it works on a job: what becomes of rows, in the transactions of the log's marks."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from integrations.audit.recorder import Recorder
from integrations.audit.subjects import Subject
from integrations.clients.calls.desk import Beginning, Done
from integrations.clients.calls.parallel import Write
from integrations.clients.errand import Errand
from integrations.clients.errors import Obstructed
from integrations.jobs import pace
from integrations.jobs.ending import end_rows, give_free, save_numbers
from integrations.jobs.kinds import KINDS
from integrations.jobs.models import CAN_GO, HELD, Job, JobRow, RowState, State
from integrations.jobs.outcomes import Outcome, is_service_trouble, outcome_of
from integrations.jobs.services import pause_by_trouble
from integrations.klicktipp import AccessDenied, Attempt, Ending, KlickTippError, Throttled
from integrations.messages import Obstacle

logger = logging.getLogger(__name__)

MOST_IN_A_ROW: Final = 10
"""Answers that tell of trouble with the service or the access, not with a contact, before the job pauses; those that
KlickTipp is busy count once for each pause that they make."""
PAUSE_BY_TROUBLE: Final = timedelta(minutes=5)
"""A job that paused because of the service tries again after that; one that was refused access waits for somebody."""
_BEGIN: Final = (
    f"UPDATE {JobRow._meta.db_table} SET state = CASE %s WHEN 1 THEN '{RowState.BEGUN}' ELSE state END, "  # noqa: S608 - the model's own names
    "entry = %s, attempts = attempts + 1 WHERE job_id = %s AND place = %s AND worker = %s "
    f"AND state IN ('{RowState.CLAIMED}', '{RowState.BEGUN}')"
)
"""In plain SQL, as it goes with every call. What only reads begins nothing."""
_UUID: Final = JobRow._meta.get_field("worker")
_AGAIN_SECONDS: Final = 1.0
"""Until the database is asked again that did not answer."""


class Ledger:
    """For one turn of a worker at a job.

    is_over: no further row is to begin in this turn
    """

    def __init__(self, job: Job, errand: Errand, worker: UUID, wait: Callable[[float], bool]) -> None:
        self._job = job
        self._errand = errand
        self._worker = worker
        self._wait = wait
        self._rows: dict[int, tuple[JobRow, Subject]] = {}
        self._is_broken = False
        self.is_over = False

    def hold(self, row: JobRow, subject: Subject) -> None:
        """Know of a row that has been claimed for this worker."""
        self._rows[row.place] = row, subject

    def writer(self, recorder: Recorder) -> Write:
        """What commits for a crew, see `gateway.in_background`. While the database is locked or away it waits."""

        def write(
            begun: Sequence[Beginning], finished: Sequence[tuple[Attempt, Ending]], done: Sequence[Done[Any]]
        ) -> Mapping[UUID, Exception]:
            while True:
                try:
                    return self._commit(recorder, begun, finished, done)
                except (OperationalError, InterfaceError) as error:
                    logger.warning("The database does not answer (%s); a job waits for it.", type(error).__name__)
                    connections.close_all()
                    if self._wait(_AGAIN_SECONDS):
                        break
                except Exception:
                    logger.exception("Marks of job %s could not be written together.", self._job.pk)
                    self._is_broken = True
                    break
            self.is_over = True
            for attempt, ending in finished:
                recorder.finish(attempt, ending)
            return {each.attempt.request_id: Obstructed(Obstacle.LOG_UNAVAILABLE) for each in begun}

        return write

    def _commit(
        self,
        recorder: Recorder,
        begun: Sequence[Beginning],
        finished: Sequence[tuple[Attempt, Ending]],
        done: Sequence[Done[Any]],
    ) -> Mapping[UUID, Exception]:
        with transaction.atomic(durable=True):
            job = Job.objects.select_for_update().filter(pk=self._job.pk).first()
            may_begin = self._begin(job, begun) if job and begun else set()
            going = [each.attempt for each in begun if each.place in may_begin]
            committed = recorder.store_marks(going, finished)
            self._slow_down(job, finished)
            if job and done:
                self._end(job, done)
                save_numbers(job)
        committed()
        for each in done:
            self._rows.pop(each.place, None)
        self.is_over = self.is_over or job is None or job.state not in CAN_GO
        refused = [each for each in begun if each.place not in may_begin]
        return {each.attempt.request_id: Obstructed(Obstacle.STOPPED) for each in refused}

    def _held(self, places: Collection[int]) -> QuerySet[JobRow]:
        return JobRow.objects.filter(job=self._job.pk, place__in=places, worker=self._worker, state__in=HELD)

    def _begin(self, job: Job, begun: Sequence[Beginning]) -> set[int]:
        """The places of those that may leave: the job goes on, and the rows are still this worker's."""
        if job.state not in CAN_GO or pace.is_paused(job.account_id):
            self.is_over = True
            return set()
        with connection.cursor() as cursor:
            cursor.executemany(_BEGIN, [self._told(job, each) for each in begun])
            counted = cursor.rowcount
        places = {each.place for each in begun}
        return places if counted == len(places) else set(self._held(places).values_list("place", flat=True))

    def _told(self, job: Job, each: Beginning) -> list[Any]:
        begins = 0 if each.attempt.operation.safe else 1
        entry, worker = (_UUID.get_db_prep_value(told, connection) for told in (each.attempt.request_id, self._worker))
        return [begins, entry, job.pk, each.place, worker]

    def _slow_down(self, job: Job | None, finished: Sequence[tuple[Attempt, Ending]]) -> None:
        busy = [ending.error for _, ending in finished if isinstance(ending.error, Throttled)]
        if not busy:
            return
        self.is_over = True
        pauses = [error.retry_after for error in busy if error.retry_after is not None]
        in_a_row = job.in_a_row if job else 0
        if pace.slow_down(self._job.account_id, max(pauses, default=None), in_a_row) and job:
            self._note_trouble(job, busy[0])
            save_numbers(job)

    def _end(self, job: Job, done: Sequence[Done[Any]]) -> None:
        ends: dict[Outcome, list[int]] = defaultdict(list)
        for each in done:
            if each.place in self._rows:
                ends[outcome_of(self._rows[each.place][0], each)].append(each.place)
                self._count_trouble(job, each.error)
        self._follow(ends)
        for outcome, places in ends.items():
            held = self._held(places)
            if outcome.state != RowState.WAITING:
                end_rows(job, held, outcome.state, outcome.reason, outcome.code)
            elif job.state == State.STOPPED:
                end_rows(job, held, RowState.UNCLEAR if outcome.in_doubt else RowState.STOPPED)
            else:
                tries = F("tries") + int(outcome.counts)
                held.update(state=RowState.WAITING, worker=None, in_doubt=outcome.in_doubt, tries=tries)
        for each in done:
            if each.result:
                JobRow.objects.filter(job=job, place=each.place).update(contact_id=each.result)

    def _follow(self, ends: Mapping[Outcome, Sequence[int]]) -> None:
        """Do what is to follow for those for whom it has, or may have, happened."""
        afterwards = KINDS[self._job.kind].afterwards
        happened = (RowState.DONE, RowState.UNCLEAR)
        places = [place for outcome, places in ends.items() if outcome.state in happened for place in places]
        if afterwards and places:
            afterwards(self._errand, [self._rows[place][1] for place in places])

    def _count_trouble(self, job: Job, error: KlickTippError | Obstructed | None) -> None:
        if isinstance(error, Obstructed | Throttled):
            return
        if is_service_trouble(error):
            self._note_trouble(job, error)
        else:
            job.in_a_row = 0

    def _note_trouble(self, job: Job, error: KlickTippError) -> None:
        job.in_a_row += 1
        if job.in_a_row >= MOST_IN_A_ROW:
            resumes_at = None if isinstance(error, AccessDenied) else timezone.now() + PAUSE_BY_TROUBLE
            pause_by_trouble(job, error.problem, resumes_at)

    def release(self) -> None:
        """Give back what this worker still holds of the job."""
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(pk=self._job.pk).first()
            if job is None:
                return
            give_free(job, job.rows.filter(worker=self._worker))
            if self._is_broken:
                pause_by_trouble(job, Obstacle.LOG_UNAVAILABLE, timezone.now() + PAUSE_BY_TROUBLE)
            save_numbers(job)
