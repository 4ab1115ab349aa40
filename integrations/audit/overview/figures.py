"""What an overview shows: the sums in the order and the words of its readers, each with the way to what it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import QueryDict
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Team
from integrations.audit.models import AuditEntry, EntryCounter, Outcome
from integrations.audit.overview.durations import ERROR_PERCENT, NOT_KNOWN, Told, percentile
from integrations.audit.overview.forms import PRESETS, OverviewForm
from integrations.audit.overview.log_url import log_url
from integrations.audit.overview.models import NO_ACCOUNT, NO_NUMBER
from integrations.audit.overview.picture import Column, Picture, picture_of, shares
from integrations.audit.overview.sums import Span, Sums, add_up
from integrations.audit.presentation import duration_in_words
from integrations.operations import OPERATIONS, message_of

OUTCOMES: Mapping[str, str | Promise] = {
    Outcome.DONE: gettext_lazy("Done"),
    Outcome.REFUSED: gettext_lazy("Refused"),
    Outcome.FAILED: gettext_lazy("Failed"),
    Outcome.UNKNOWN: gettext_lazy("Not known"),
    Outcome.PENDING: gettext_lazy("Under way"),
}
_MOST_DAYS_AS_DAYS = 92
_MOST_REASONS = 25
_SLOWEST = 12


@dataclass(frozen=True)
class Number:
    """A number of calls, and where they are listed."""

    calls: int
    url: str
    outcome: str = ""
    label: str | Promise = ""

    @property
    def told(self) -> str:
        return _whole(self.calls)


@dataclass(frozen=True)
class Row:
    """A line of a table: all calls of something, and how many of them ended how."""

    label: str
    total: Number
    numbers: list[Number]
    url: str = ""
    bar: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class _Trait:
    """What calls that were not done are found by in the log: by KlickTipp's error code, or where it gave none by status
    and outcome."""

    code: int | None = None
    status: int | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why calls were not done, and of which operations they are."""

    code: int | None
    status: int | None
    what: str
    total: Number
    operations: list[Number]
    share: str


@dataclass(frozen=True)
class Speed:
    """How long the calls of an operation took."""

    operation: str | Promise
    median: str
    most: str
    total: Number
    share: str


@dataclass(frozen=True)
class Preset:
    label: str | Promise
    query: str
    is_chosen: bool


def presets(form: OverviewForm) -> list[Preset]:
    """The times to choose from, of the client accounts that are chosen."""
    offered = []
    for name, (label, _days) in PRESETS.items():
        query = QueryDict(mutable=True)
        query["time"] = name
        query.setlist("client", form.clients)
        offered.append(Preset(label, query.urlencode(), form.preset == name))
    return offered


class Figures:
    """All that an overview shows of a span."""

    error_percent = ERROR_PERCENT

    def __init__(self, span: Span, team: Team, visible: Sequence[Any], chosen: Sequence[str]) -> None:
        """visible: the client accounts that the reader sees
        chosen: slugs of those among them that the overview is limited to
        """
        self._span, self._team, self._visible = span, team, {account.pk: account for account in visible}
        self._chosen = chosen
        self._to_log = partial(log_url, team, since=span.since, until=span.until, client=tuple(chosen))
        self._sums: Sums = add_up(span)
        self.uncounted = self._sums.uncounted

    @cached_property
    def total(self) -> Number:
        return Number(sum(self._sums.by_outcome.values()), self._to_log())

    @cached_property
    def outcomes(self) -> list[Number]:
        """Each with what it is called; what is under way only while something is."""
        counted = self._sums.by_outcome
        return [
            Number(counted[outcome], self._to_log(outcome=outcome), outcome, label)
            for outcome, label in OUTCOMES.items()
            if counted[outcome] or outcome != Outcome.PENDING
        ]

    @property
    def shown_outcomes(self) -> list[str]:
        return [number.outcome for number in self.outcomes]

    @cached_property
    def by_time(self) -> list[Row]:
        """A row for each hour, day or month that has calls, and for those between."""
        counted: dict[datetime | date, Counter[str]] = {}
        for (moment, outcome), calls in self._sums.by_time.items():
            counted.setdefault(self._slot(moment), Counter())[outcome] += calls
        return [
            self._row(self._label(slot), counted.get(slot, Counter()), **self._within(slot)) for slot in self._slots()
        ]

    @cached_property
    def picture(self) -> Picture:
        slots = list(self._slots())
        return picture_of(
            [
                Column(
                    self._tick(slot),
                    {number.outcome: number.calls for number in row.numbers},
                    self._in_words(row),
                    row.total.url,
                )
                for slot, row in zip(slots, self.by_time, strict=True)
            ]
        )

    @cached_property
    def reasons(self) -> list[Reason]:
        """Those of most calls first. Where an operation gives a code for several reasons, they are one: by
        the code its calls are found."""
        of_operation: dict[tuple[str, _Trait], Counter[str]] = {}
        for (outcome, operation, status, code, problem), calls in self._sums.by_reason.items():
            trait = _Trait(code=code) if code != NO_NUMBER else _Trait(status=_number(status), outcome=outcome)
            of_operation.setdefault((operation, trait), Counter())[_what(operation, problem, code)] += calls
        told: dict[tuple[str, _Trait], Counter[str]] = {}
        for (operation, trait), whats in of_operation.items():
            what = "; ".join(what for what, _calls in whats.most_common())
            told.setdefault((what, trait), Counter())[operation] = whats.total()
        ranked = sorted(told.items(), key=lambda item: (-item[1].total(), item[0][0], str(item[0][1])))
        most = ranked[0][1].total() if ranked else 1
        return [self._reason(what, trait, operations, most) for (what, trait), operations in ranked]

    def _reason(self, what: str, trait: _Trait, operations: Counter[str], most: int) -> Reason:
        by_status = {"status": trait.status or "none", "outcome": trait.outcome}
        listed = partial(self._to_log, **(by_status if trait.code is None else {"code": trait.code}))
        return Reason(
            trait.code,
            trait.status,
            what,
            Number(operations.total(), listed(op=tuple(sorted(operations)))),
            [
                Number(calls, listed(op=operation), label=_operation(operation))
                for operation, calls in operations.most_common()
            ],
            f"{100 * operations.total() / most:.1f}%",
        )

    @property
    def top_reasons(self) -> list[Reason]:
        return self.reasons[:_MOST_REASONS]

    @property
    def rare_calls(self) -> int:
        """How many calls were not done for reasons that are not among the first."""
        return sum(reason.total.calls for reason in self.reasons[_MOST_REASONS:])

    @cached_property
    def slowest(self) -> list[Speed]:
        """The operations of whose calls 95 of 100 took longest, those first."""
        by_operation: dict[str, Counter[int]] = {}
        for (operation, bucket), calls in self._sums.by_duration.items():
            by_operation.setdefault(operation, Counter())[bucket] += calls
        known = {
            operation: {bucket: calls for bucket, calls in buckets.items() if bucket != NOT_KNOWN}
            for operation, buckets in by_operation.items()
        }
        told = [
            (operation, percentile(buckets, 50), percentile(buckets, 95))
            for operation, buckets in known.items()
            if buckets
        ]
        told.sort(key=lambda item: (item[2].middle, item[1].middle, item[0]), reverse=True)
        longest = told[0][2].middle if told else timedelta(seconds=1)
        return [
            Speed(
                _operation(operation),
                _took(median),
                _took(most),
                Number(by_operation[operation].total(), self._to_log(op=operation)),
                f"{100 * (most.middle / longest):.1f}%",
            )
            for operation, median, most in told[:_SLOWEST]
        ]

    @cached_property
    def clients(self) -> list[Row]:
        """Those with most calls first."""
        counted: dict[int, Counter[str]] = {}
        for (account_id, outcome), calls in self._sums.by_account.items():
            counted.setdefault(account_id, Counter())[outcome] += calls
        gone = self._labels_of_gone(counted.keys() - self._visible.keys() - {NO_ACCOUNT})
        most = max((counts.total() for counts in counted.values()), default=1)
        rows = []
        for account_id, counts in sorted(counted.items(), key=lambda item: (-item[1].total(), item[0])):
            if account := self._visible.get(account_id):
                row = self._row(str(account), counts, most, overview=account.slug, client=account.slug)
            elif account_id == NO_ACCOUNT:
                row = self._row(_("(no client account)"), counts, most, client="none")
            else:
                row = self._row(gone.get(account_id, str(account_id)), counts, most, client=f"#{account_id}")
            rows.append(row)
        return rows

    def _labels_of_gone(self, account_ids: Iterable[int]) -> dict[int, str]:
        """What client accounts that are not there any more were last called."""
        last = AuditEntry.objects.filter(team_id=OuterRef("team_id"), account_id=OuterRef("account_id"))
        label = Subquery(last.order_by("-number").values("account_label")[:1])
        counters = EntryCounter.objects.filter(team_id=self._team.pk, account_id__in=account_ids)
        return {account_id: label or "" for account_id, label in counters.values_list("account_id", label)}

    def _row(self, label: str, counts: Counter[str], most: int = 0, overview: str = "", **qualifiers: Any) -> Row:
        numbers = [
            Number(
                counts[outcome],
                self._to_log(outcome=outcome, **qualifiers) if counts[outcome] else "",
                outcome,
                OUTCOMES[outcome],
            )
            for outcome in self.shown_outcomes
        ]
        return Row(
            label,
            Number(counts.total(), self._to_log(**qualifiers)),
            numbers,
            self._query(overview) if overview and not self._chosen else "",
            shares(counts, most) if most else (),
        )

    def _query(self, client: str) -> str:
        query = QueryDict(mutable=True)
        query.update(since=self._span.since.isoformat(), until=self._span.until.isoformat(), client=client)
        return query.urlencode()

    def _in_words(self, row: Row) -> str:
        calls = ngettext("%(calls)s call", "%(calls)s calls", row.total.calls) % {"calls": _whole(row.total.calls)}
        others = [
            f"{number.label}: {_whole(number.calls)}"
            for number in row.numbers
            if number.calls and number.outcome != Outcome.DONE
        ]
        return f"{row.label}: {', '.join([calls, *others])}"

    # Time in slots: hours, days or months, by how long the span is

    @property
    def _is_by_month(self) -> bool:
        return (self._span.until - self._span.since).days >= _MOST_DAYS_AS_DAYS

    def _slot(self, moment: datetime | date) -> datetime | date:
        return moment.replace(day=1) if self._is_by_month else moment

    def _slots(self) -> Iterator[datetime | date]:
        if self._span.is_by_hour:
            hour, end = self._span.begins.astimezone(UTC), self._span.ends
            while hour < end:
                yield hour
                hour += timedelta(hours=1)
            return
        days = (
            self._span.since + timedelta(days=number)
            for number in range((self._span.until - self._span.since).days + 1)
        )
        yield from dict.fromkeys(self._slot(day) for day in days)

    def _within(self, slot: datetime | date) -> dict[str, Any]:
        """The slot as the log's query has it."""
        if isinstance(slot, datetime):
            return {"since": slot, "until": slot + timedelta(minutes=59)}
        if not self._is_by_month:
            return {"since": slot, "until": slot}
        end = (slot + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return {"since": max(slot, self._span.since), "until": min(end, self._span.until)}

    def _label(self, slot: datetime | date) -> str:
        if isinstance(slot, datetime):
            return str(date_format(localtime(slot), "SHORT_DATETIME_FORMAT"))
        return str(date_format(slot, "F Y" if self._is_by_month else "SHORT_DATE_FORMAT"))

    def _tick(self, slot: datetime | date) -> str:
        if isinstance(slot, datetime):
            return str(date_format(localtime(slot), "TIME_FORMAT"))
        # Translators: how a day is written at the foot of a picture, in the letters of Django's date filter
        return str(date_format(slot, "M Y" if self._is_by_month else _("j M")))


def _number(number: int) -> int | None:
    return None if number == NO_NUMBER else number


def _whole(number: int) -> str:
    return str(number_format(number, 0, use_l10n=True, force_grouping=True))


def _operation(name: str) -> str | Promise:
    return OPERATIONS[name].label if name in OPERATIONS else name


def _what(operation: str, problem: str, code: int) -> str:
    if not problem and code == NO_NUMBER:
        return _("The portal was interrupted before the answer was kept")
    return capfirst(str(message_of(operation, problem, _number(code)).what))


def _took(told: Told) -> str:
    """With two digits that count, as more are not known."""
    if told.at_least is None:
        return f"< {duration_in_words(told.middle)}"
    if told.at_most is None:
        return f"> {duration_in_words(told.middle)}"
    milliseconds = told.middle.total_seconds() * 1000
    return duration_in_words(timedelta(milliseconds=float(f"{milliseconds:.2g}")))
