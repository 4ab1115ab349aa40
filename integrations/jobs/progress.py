"""How a job gets on, in the words of who looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.audit.sentences import in_words
from integrations.jobs.kinds import label_of, operation_of
from integrations.jobs.models import ENDS, TROUBLED, Job, JobRow, RowState, State
from integrations.jobs.reasons import reason_message
from integrations.phone_numbers import readable_masked

_MOST_EXAMPLES: Final = 5
_SHORTEST_MEASURE: Final = 3.0

_OUTCOMES: Final = {state: capfirst(state.label) for state in ENDS}


@dataclass(frozen=True)
class Trouble:
    """Rows that have ended badly in the same way, with some of them as examples."""

    outcome: str | Promise
    sentence: str
    number: int
    examples: Sequence[str]


@dataclass(frozen=True)
class Progress:
    """A job for a page."""

    job: Job

    @property
    def heading(self) -> str:
        label, tags = label_of(self.job.kind), self.job.parameters.get("tags")
        return _("%(job)s: %(tags)s") % {"job": label, "tags": in_words(tags)} if tags else str(label)

    @property
    def is_over(self) -> bool:
        return self.job.ended_at is not None

    @property
    def has_calls(self) -> bool:
        """Whether the log tells of calls for it."""
        return bool(self.job.done or self.job.rejected or self.job.unclear)

    @property
    def may_pause(self) -> bool:
        return self.job.state in (State.WAITING, State.RUNNING) and not self.is_over

    @property
    def may_go_on(self) -> bool:
        return self.job.state == State.PAUSED

    @property
    def may_stop(self) -> bool:
        return self.may_pause or self.may_go_on

    @property
    def why(self) -> str:
        """Why it has paused by itself, and what to do now; "" otherwise."""
        if not self.job.reason:
            return ""
        return reason_message(operation_of(self.job.kind), self.job.reason).sentences()

    @property
    def outcomes(self) -> list[tuple[str | Promise, int]]:
        """How many rows have ended in each way; without those in which none has, but for what is done."""
        counted = [(label, getattr(self.job, state)) for state, label in _OUTCOMES.items()]
        return [(label, number) for label, number in counted if number or label is _OUTCOMES[RowState.DONE]]

    @property
    def rate(self) -> float | None:
        """Rows a second of late; None while it is not known."""
        job = self.job
        if job.measured_at is None or job.state != State.RUNNING or self.is_over:
            return None
        seconds = (timezone.now() - job.measured_at).total_seconds()
        ended = job.ended - job.measured_ended
        return ended / seconds if seconds >= _SHORTEST_MEASURE and ended else None

    @property
    def time_left(self) -> str:
        """`about 3 minutes left`; "" while it is not known."""
        if not self.rate:
            return ""
        minutes = round(self.job.left / self.rate / 60)
        if minutes < 1:
            return _("less than a minute left")
        if minutes < 120:
            return ngettext("about %(number)s minute left", "about %(number)s minutes left", minutes) % {
                "number": minutes
            }
        return _("about %(number)s hours left") % {"number": round(minutes / 60)}

    @property
    def troubles(self) -> list[Trouble]:
        """What went wrong, each once, what befell most rows first."""
        job = self.job
        if not (job.rejected or job.failed or job.unclear):
            return []
        troubled = job.rows.filter(state__in=TROUBLED)
        grouped = troubled.values_list("state", "reason", "code").annotate(number=Count("pk")).order_by("-number")
        return [_trouble(job, RowState(state), reason, code, number) for state, reason, code, number in grouped]


def _trouble(job: Job, state: RowState, reason: str, code: int | None, number: int) -> Trouble:
    rows = JobRow.objects.filter(job=job, state=state, reason=reason, code=code).order_by("place")[:_MOST_EXAMPLES]
    if state == RowState.UNCLEAR:
        sentence = _("KlickTipp did not answer, so it may have happened or not.")
    else:
        sentence = reason_message(operation_of(job.kind), reason, code).sentences()
    examples = [f"{readable_masked(row.label)} {row.hash[-4:]}" for row in rows]
    return Trouble(_OUTCOMES[state], sentence, number, examples)
