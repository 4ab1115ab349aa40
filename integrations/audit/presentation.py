"""Tells of actions and calls: one plain sentence each, with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.formats import date_format, number_format, time_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.times import LONG_TIME, zone
from integrations import klicktipp
from integrations.audit.lines import deciding
from integrations.audit.models import OUTCOMES, PARTLY, AuditEntry, AuditSubject, Kind, LogLine, Outcome
from integrations.audit.sentences import MOST_NAMED, in_words, of_one, tell
from integrations.messages import Message, bounce_in_words, klicktipps_words, status_in_words
from integrations.operations import KEPT, OPERATIONS, SIGNING_IN, message_of

DETAILS: dict[str, str | Promise] = {
    **KEPT,
    "field": gettext_lazy("Data field"),
    "reason": gettext_lazy("Reason, in KlickTipp's words"),
    "message": gettext_lazy("Message, in KlickTipp's words"),
    "unsent": gettext_lazy("Not sent"),
    "late_answer_to": gettext_lazy("Late answer to request"),
}
"""What the log keeps of requests, answers and errors, in the words of its readers."""

_ENDINGS: dict[str, str | Promise] = {
    Outcome.PENDING: gettext_lazy("Under way:"),
    Outcome.UNKNOWN: gettext_lazy("Not known whether it happened:"),
    Outcome.REFUSED: gettext_lazy("Refused:"),
    Outcome.FAILED: gettext_lazy("Failed:"),
    PARTLY: gettext_lazy("Only partly done:"),
}


_KEPT_WITH: dict[str, str | Promise] = {
    "basis": gettext_lazy("Legal basis"),
    "source": gettext_lazy("Source"),
    "obtained_on": gettext_lazy("Since"),
}
"""The parameters of an add that say why the contact could be added."""


def _count(kept: Any) -> str:
    return number_format(kept, use_l10n=True, force_grouping=True)


def _yes_or_no(kept: Any) -> str:
    return _("yes") if kept else _("no")


def _moment(seconds: Any) -> str:
    """A unix time as date and time, with its zone."""
    try:
        at = localtime(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError):
        return str(seconds)
    return f"{date_format(at)}, {time_format(at, LONG_TIME)} {zone(at)}"


_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "since": _moment,
    "limit": _count,
    "status": status_in_words,
    "sms_status": status_in_words,
    "bounce_status": bounce_in_words,
    "single_optin": _yes_or_no,
    "count": _count,
    "unsent": _count,
}
"""How what the log keeps reads in the reader's language, where it does not stand as it is."""

_LEFT_OUT: dict[str, str | Promise] = {
    "email": gettext_lazy("Email address"),
    "new_email": gettext_lazy("New email address"),
    "sms_number": gettext_lazy("SMS number"),
    "new_sms_number": gettext_lazy("New SMS number"),
    "fields": gettext_lazy("Values of data fields"),
}
_KEPT_BY_NAME = {"fields"}
"""Arguments of which the log keeps what they are called alone."""

_NAMED_BY = {"tag_id": "tags", "tag_ids": "tags", "optin_process_id": "optin_processes", "fields": "fields"}
"""The parameters of an action that name what requests and answers hold by its id."""


def duration_in_words(duration: timedelta) -> str:
    """In milliseconds; in seconds from one second on."""
    seconds = duration.total_seconds()
    return f"{number_format(round(seconds, 1), 1)} s" if seconds >= 1 else f"{round(seconds * 1000)} ms"


def problem_message(entry: AuditEntry) -> Message | None:
    """What stood in the way of a call, if anything did."""
    problem = entry.answer.get("problem")
    if not problem:
        return None
    said = klicktipps_words(entry.answer.get("message"), problem, entry.status, entry.code)
    return replace(message_of(entry.operation, problem, entry.code, reads=entry.kind == Kind.READ), said=said)


def is_signed_in(entry: AuditEntry) -> bool:
    """Whether it is a part of an action that was needed before the action itself, and went well."""
    return entry.operation in SIGNING_IN and entry.outcome == Outcome.DONE


@dataclass
class LoggedAction:
    """An action with its entries, oldest first: all of them, or the first ones of many, and the line that tells how
    the whole has ended. `of_one` is the label of the contact that the entries are about, where it is to be told of this
    one alone; `marks` tell labels apart that several have."""

    entries: list[AuditEntry]
    line: LogLine | None = None
    of_one: str = ""
    marks: dict[str, str] = field(default_factory=dict)

    @cached_property
    def head(self) -> AuditEntry:
        return self.entries[0]

    @cached_property
    def account_id(self) -> int | None:
        return next((entry.account_id for entry in self.entries if entry.account_id), None)

    @cached_property
    def account_label(self) -> str:
        return next((entry.account_label for entry in self.entries if entry.account_id), "")

    @cached_property
    def actor(self) -> str:
        """A person's frozen name; the portal's own actors read in the reader's language."""
        return self.head.actor_label if self.head.actor_id else _(self.head.actor_label)

    @cached_property
    def actor_name(self) -> str:
        return str(self.head.parameters.get("actor", self.actor)) if self.head.actor_id else self.actor

    @cached_property
    def sentence(self) -> str:
        """What was done, or where it was not, or not in whole, what was tried."""
        return self._told(MOST_NAMED)

    @cached_property
    def whole_sentence(self) -> str:
        """With all names of a long list."""
        return self._told()

    def _told(self, most: int | None = None) -> str:
        is_done = self.outcome == Outcome.DONE
        key, parameters = self.head.sentence, self.head.parameters
        if self.of_one and of_one(key) != key:
            key, parameters = of_one(key), {**parameters, "contact": self.of_one}
        contact = parameters.get("contact")
        if isinstance(contact, str) and (mark := self.marks.get(contact)):
            parameters = {**parameters, "contact": f"{contact}\u00a0({mark})"}
        if self.head.actor_id:
            return tell(key, parameters, most, is_done=is_done)
        return capfirst(tell(key, {**parameters, "actor": self.actor}, most, is_done=is_done))

    @cached_property
    def final(self) -> list[AuditEntry]:
        """The attempt of each call that decides: the last one, or the answer that came later still. Of an action
        that changed something only the changes decide; signing in decides only where it failed."""
        last = deciding(self.entries)
        decisive = [entry for entry in last if not is_signed_in(entry)] or last
        return [entry for entry in decisive if entry.kind != Kind.READ] or decisive

    @cached_property
    def outcome(self) -> str:
        if self.line:
            return self.line.outcome
        if len(self.entries) == 1:
            return self.head.outcome
        outcomes = {entry.outcome for entry in self.final}
        for decisive in (Outcome.PENDING, Outcome.UNKNOWN):
            if decisive in outcomes:
                return decisive
        if len(outcomes) == 1:
            return outcomes.pop()
        return PARTLY if Outcome.DONE in outcomes else Outcome.REFUSED

    @cached_property
    def outcome_label(self) -> str | Promise:
        return OUTCOMES[self.outcome]

    @cached_property
    def ending(self) -> str | Promise:
        """How it ended, to stand before the sentence; "" where it is done."""
        return _ENDINGS.get(self.outcome, "")

    @cached_property
    def problems(self) -> list[Message]:
        """Why the action, or parts of it, did not succeed: each reason once."""
        return list(dict.fromkeys(text for entry in self.final if (text := problem_message(entry))))

    @cached_property
    def made_tags(self) -> str:
        """The tags that were created on the way, of which the sentence does not tell; "" for none."""
        if len(self.entries) == 1:
            return ""
        made = [entry for entry in self.entries if entry.operation == "create_tag" and entry.outcome == Outcome.DONE]
        return ", ".join(entry.request.get("name", "") for entry in made)

    @property
    def kept_with_it(self) -> list[tuple[str | Promise, str]]:
        """What the action was sent with besides what its sentence tells."""
        return [
            (label, in_words(kept)) for name, label in _KEPT_WITH.items() if (kept := self.head.parameters.get(name))
        ]

    @cached_property
    def calls(self) -> list[LoggedCall]:
        return [LoggedCall(entry) for entry in self.entries if entry.operation]

    @property
    def is_about_several(self) -> bool:
        """Whether its calls were about different people, as those of a list are."""
        return len({call.person.hash for call in self.calls if call.person}) > 1


@dataclass
class LoggedCall:
    """One HTTP attempt with its details, and whom it was about where `tell_people` was asked."""

    entry: AuditEntry
    person: AuditSubject | None = None

    @property
    def title(self) -> str | Promise:
        known = OPERATIONS.get(self.entry.operation)
        return known.label if known else self.entry.operation

    @property
    def problem(self) -> Message | None:
        return problem_message(self.entry)

    @property
    def took(self) -> str:
        """How long it took: in milliseconds, in seconds from one second on; "" while that is not known."""
        return "" if self.entry.duration is None else duration_in_words(self.entry.duration)

    @property
    def request(self) -> list[tuple[str | Promise, str]]:
        """What the log keeps of the request, for people."""
        return self._readable(self.entry.request)

    @property
    def left_out(self) -> list[str | Promise]:
        """What can be sent with such a call and is never kept as it was."""
        operation = klicktipp.OPERATIONS.get(self.entry.operation)
        known = OPERATIONS.get(self.entry.operation)
        if operation is None or known is None:
            return []
        kept = {*known.kept_arguments} - _KEPT_BY_NAME
        return [label for name, label in _LEFT_OUT.items() if name in operation.arguments and name not in kept]

    @property
    def answer(self) -> list[tuple[str | Promise, str]]:
        """What the log keeps of the answer, for people."""
        return self._readable(self.entry.answer)

    def _readable(self, kept: dict[str, Any]) -> list[tuple[str | Promise, str]]:
        rows = []
        for name, label in DETAILS.items():
            if (value := kept.get(name)) in (None, "", []):
                continue
            in_words = _IN_WORDS.get(name, str)
            parts = value if isinstance(value, list) else [value]
            names = self._names(_NAMED_BY.get(name, ""))
            told = [f"{names[part]} ({part})" if names.get(part) else in_words(part) for part in parts]
            rows.append((label, ", ".join(told)))
        return rows

    def _names(self, kind: str) -> dict[Any, str]:
        """What the action's parameters of this kind name, by their ids; of a new tag its answer tells the id."""
        names = {item.get("id"): item["name"] for item in self.entry.parameters.get(kind, [])}
        if kind == "tags":
            names.setdefault(self.entry.answer.get("tag_id"), self.entry.request.get("name", ""))
        return names

    @property
    def error(self) -> str:
        """The error code, with its detail code behind a stroke."""
        return "/".join(str(part) for part in (self.entry.code, self.entry.detail) if part is not None)
