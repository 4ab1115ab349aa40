"""What the terms of a search ask of lines of the log, and by which index what they ask for is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.texts import plain
from accounts.validation import no_control_characters
from integrations import klicktipp
from integrations.audit.lines import comparable_reference
from integrations.audit.links import about_any_of, by_hashes, names_of
from integrations.audit.models import NOT_WELL, PARTLY, LineFact, LineKind, LogLine, Source
from integrations.audit.query.called import ANY_NOT_WELL, ENDINGS
from integrations.audit.query.line import Impossible, Mistake, Term, hides_reads, names_a_contact
from integrations.audit.query.participants import NO_CLIENT, NOBODY, Participants, meant
from integrations.audit.query.times import moment_of, number_since
from integrations.audit.reading import numbered_in_account
from integrations.audit.sentences import is_sentence
from integrations.audit.visibility import visible_accounts, visible_entries, visible_links, visible_to
from integrations.operations import OPERATIONS

ANY_KIND = "any"
NONE = "none"
"""As a status: of what has no answer."""
KINDS = (*LineKind.values, ANY_KIND)

_CODE = re.compile(r"-?[0-9]{1,9}")
_STATUS = re.compile(r"[1-5][0-9]{2}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_MOST_HASHES = 50
_MOST_STREAMS = 20
_DISORDER = 10_000
"""By how many numbers the order of times and that of numbers may disagree, as where clocks differ."""

Numbers = QuerySet[LogLine, int] | QuerySet[LineFact, int]


@dataclass(frozen=True)
class Condition:
    """What lines have to be, and the numbers of all that are, as some indexes give them: none where no index does.

    entries: what the entries of these lines have to be themselves to be meant; None where their action is what is asked
    """

    where: Q
    streams: tuple[Numbers, ...] = ()
    entries: Q | None = None


@dataclass
class Conditions:
    """All that a search asks: `all_of`, and the numbers between which lines of its time, from `since` up to `until`,
    are."""

    all_of: list[Condition]
    since: datetime | None = None
    until: datetime | None = None
    from_number: int | None = None
    to_number: int | None = None
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def where(self) -> Q:
        return self.besides(None)

    @property
    def entries(self) -> Q:
        """What of the actions that are found is meant; empty where that is all of their entries."""
        return reduce(and_, (condition.entries for condition in self.all_of if condition.entries), Q())

    def besides(self, given: Condition | None) -> Q:
        """What is asked besides a condition that is met."""
        return reduce(and_, (condition.where for condition in self.all_of if condition is not given), Q())


def conditions(terms: Sequence[Term], participants: Participants) -> Conditions:
    """What these terms ask of the lines that the member may see."""
    return _Reader(participants).read(terms)


class _Reader:
    def __init__(self, participants: Participants) -> None:
        self._participants = participants
        self._membership = participants.membership
        self._team_id = participants.team_id
        self._lines = LogLine.objects.filter(team_id=self._team_id)
        self._entries = visible_entries(self._membership)
        self._readers: dict[str, Callable[[str], Condition]] = {
            "": self._text,
            "client": self._client,
            "actor": self._actor,
            "op": self._operation,
            "outcome": self._outcome,
            "code": self._code,
            "status": self._status,
            "method": self._method,
            "source": self._source,
            "key": self._key,
            "request": self._request,
            "entry": self._entry,
            "ref": self._reference,
            "kind": self._kind,
            "subject": self._subject,
        }

    def read(self, terms: Sequence[Term]) -> Conditions:
        told = Conditions([self._visible()])
        groups: dict[tuple[str, bool, str], list[Condition]] = {}
        moments: dict[str, tuple[Term, datetime]] = {}
        for term in terms:
            try:
                if term.name in ("since", "until"):
                    moments[term.name] = term, moment_of(term)
                else:
                    # each word of free text is wanted; of values of a qualifier one suffices
                    group = (term.name, term.is_not, "" if term.name else term.value)
                    condition = self._condition(term)
                    groups.setdefault(group, []).append(condition)
            except Impossible as why:
                told.mistakes.append(Mistake(str(term), str(why)))
        told.all_of += [_any_of(group, is_not) for (_name, is_not, _value), group in groups.items()]
        if hides_reads(terms):
            told.all_of.append(Condition(~Q(kind__in=[LineKind.LOAD, LineKind.LOOK]) | Q(outcome__in=NOT_WELL)))
        self._bound(told, moments)
        return told

    def _condition(self, term: Term) -> Condition:
        try:
            no_control_characters(term.value)
        except ValidationError as error:
            raise Impossible(error.messages[0]) from None
        if names_a_contact(term):
            raise Impossible(_("addresses, numbers and IDs of contacts do not belong into a link: search for it anew"))
        return self._readers[term.name](term.value)

    def _visible(self) -> Condition:
        """What the member may see, by index where these are a few clients."""
        where = visible_to(self._membership)
        if not where:
            return Condition(Q())
        ids = list(visible_accounts(self._membership).values_list("pk", flat=True)[: _MOST_STREAMS + 1])
        if len(ids) > _MOST_STREAMS:
            return Condition(where)
        streams = [self._where(Q(account_id=id)) for id in ids]
        return Condition(where, (*streams, self._where(Q(actor_id=self._membership.user_id))))

    def _where(self, where: Q) -> Numbers:
        return self._lines.filter(where).values_list("number", flat=True)

    def _indexed(self, *alternatives: Q, entries: Q | None = None) -> Condition:
        return Condition(reduce(or_, alternatives), tuple(map(self._where, alternatives)), entries)

    def _with_fact(self, kind: LineFact.About, *values: str, entries: Q | None = None) -> Condition:
        facts = LineFact.objects.filter(team_id=self._team_id, about=kind)
        streams = tuple(facts.filter(value=value).values_list("number", flat=True) for value in values)
        return Condition(_is_among(facts.filter(value__in=values)), streams, entries)

    def _text(self, words: str) -> Condition:
        """Words that stand in what a line tells: of whom, of which client, of which tags and lists."""
        return Condition(Q(words__contains=plain(words)))

    def _client(self, value: str) -> Condition:
        found = meant(value, self._participants.clients)
        if not found and value.lower() == NO_CLIENT:
            return self._indexed(Q(account_id=None))
        if not found:
            raise Impossible(_("no client is called that; write its name in quotes, or its part of the address"))
        return self._indexed(*(Q(account_id=id) for id in found))

    def _actor(self, value: str) -> Condition:
        found = meant(value, self._participants.people)
        if not found and value.lower() == NOBODY:
            return self._indexed(Q(actor_id=None))
        if not found:
            raise Impossible(_("nobody is called that; write an email address, or a name in quotes"))
        return self._indexed(*(Q(actor_id=id) for id in found))

    def _operation(self, value: str) -> Condition:
        if value not in OPERATIONS and not is_sentence(value):
            raise Impossible(_("there is no such call or action; please choose one from the list"))
        return self._with_fact(
            LineFact.About.OPERATION, value, entries=Q(operation=value) if value in OPERATIONS else None
        )

    def _outcome(self, value: str) -> Condition:
        ending = _one_of(value, list(ENDINGS), [str(label) for label in ENDINGS.values()])
        endings = NOT_WELL if ending == ANY_NOT_WELL else [ending]
        return self._indexed(
            *(Q(outcome=each) for each in endings), entries=None if ending == PARTLY else Q(outcome__in=endings)
        )

    def _code(self, value: str) -> Condition:
        code = int(_like(value, _CODE, _("error codes are numbers, as 402")))
        return self._with_fact(LineFact.About.CODE, str(code), entries=Q(code=code))

    def _status(self, value: str) -> Condition:
        if value == NONE:
            facts = LineFact.objects.filter(team_id=self._team_id, about=LineFact.About.STATUS)
            return Condition(~_is_among(facts), entries=Q(status=None))
        status = _like(value, _STATUS, _("HTTP statuses are numbers, as 406"))
        return self._with_fact(LineFact.About.STATUS, status, entries=Q(status=status))

    def _method(self, value: str) -> Condition:
        methods = {operation.method for operation in klicktipp.OPERATIONS.values()}
        method = _one_of(value.upper(), sorted(methods))
        operations = [name for name, known in klicktipp.OPERATIONS.items() if known.method == method]
        return self._with_fact(LineFact.About.OPERATION, *operations, entries=Q(operation__in=operations))

    def _source(self, value: str) -> Condition:
        return Condition(Q(source=_one_of(value, Source.values)))

    def _key(self, value: str) -> Condition:
        last_four = value.lstrip("…•\u2060")
        if len(last_four) != 4:
            raise Impossible(_("a key is searched by its last four characters"))
        return self._with_fact(LineFact.About.KEY, last_four, entries=Q(key_last_four=last_four))

    def _request(self, value: str) -> Condition:
        try:
            id = UUID(value)
        except ValueError:
            raise Impossible(_("a request ID has 32 digits and letters from a to f")) from None
        is_it = Q(pk=id) | Q(call=id)
        entries = self._entries.filter(is_it)
        return self._indexed(Q(action__in=entries.values("action")), Q(action=id), entries=is_it | Q(action=id))

    def _entry(self, value: str) -> Condition:
        """The entry of this number in the team, and those of it within a client account."""
        number = int(_like(value, _NUMBER, _("entries are numbered, as 42")))
        found = (self._entries.filter(number=number), numbered_in_account(self._entries, self._team_id, number))
        return self._indexed(
            *(Q(action__in=each.values("action")) for each in found),
            entries=Q(number=number) | Q(account_number=number),
        )

    def _reference(self, value: str) -> Condition:
        return self._with_fact(LineFact.About.REFERENCE, comparable_reference(value))

    def _kind(self, value: str) -> Condition:
        kind = _one_of(value, KINDS)
        return Condition(Q() if kind == ANY_KIND else Q(kind=kind))

    def _subject(self, value: str) -> Condition:
        hashes = value.split(",")
        if len(hashes) > _MOST_HASHES or not all(_HASH.fullmatch(part) for part in hashes):
            raise Impossible(_("this is made by a search for a contact, and cannot be typed"))
        names = [*by_hashes(hashes), *names_of(visible_links(self._membership), hashes)]
        theirs = about_any_of(self._team_id, names)
        entries = self._entries.filter(theirs)
        return self._indexed(Q(action__in=entries.values("action")), entries=theirs)

    def _bound(self, told: Conditions, moments: dict[str, tuple[Term, datetime]]) -> None:
        """Keep to a time, and to the numbers that lines of that time have: what is searched goes by numbers."""
        since, until = moments.get("since"), moments.get("until")
        if since and until and since[1] >= until[1]:
            told.mistakes.append(Mistake(str(until[0]), _("this is before the beginning")))
            return
        if since:
            first = number_since(self._lines, since[1])
            told.since = since[1]
            told.all_of.append(Condition(Q(started_at__gte=since[1]) if first else Q(pk__in=[])))
            told.from_number = first and first - _DISORDER
        if until:
            first = number_since(self._lines, until[1])
            told.until = until[1]
            told.all_of.append(Condition(Q(started_at__lt=until[1])))
            told.to_number = first and first + _DISORDER


def _is_among(facts: QuerySet[LineFact]) -> Q:
    """That a line has one of these facts; looked up line by line. PostgreSQL would gather all of them for an EXISTS."""
    of_line = facts.filter(number=OuterRef("number")).values("number")[:1]
    return Q(number=Coalesce(Subquery(of_line), Value(0)))


def _any_of(group: Iterable[Condition], is_not: bool) -> Condition:
    group = list(group)
    where = reduce(or_, (condition.where for condition in group)) if all(each.where for each in group) else Q()
    asked = [condition.entries for condition in group if condition.entries is not None]
    if is_not:
        return Condition(~where if where else Q(pk__in=[]), entries=~reduce(or_, asked) if asked else None)
    entries = reduce(or_, asked) if len(asked) == len(group) else None
    has_index = all(condition.streams for condition in group)
    streams = tuple(stream for condition in group for stream in condition.streams) if has_index else ()
    return Condition(where, streams if len(streams) <= _MOST_STREAMS else (), entries)


def _one_of(value: str, possible: Sequence[str], in_words: Sequence[str] = ()) -> str:
    """`in_words`: how the possible ones can be typed, where that is not as they are."""
    if value not in possible:
        told = [f'"{word}"' if " " in word else word for word in in_words or possible]
        raise Impossible(_("possible is: %(values)s") % {"values": ", ".join(told)})
    return value


def _like(value: str, form: re.Pattern[str], otherwise: str | Promise) -> str:
    if not form.fullmatch(value):
        raise Impossible(otherwise)
    return value
