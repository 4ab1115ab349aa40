"""The line by which the log is searched, and the controls that write it for those who click."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.audit.models import LineKind, Source
from integrations.audit.query.asked import TIMES, Asked
from integrations.audit.query.called import ENDINGS
from integrations.audit.query.conditions import ANY_KIND
from integrations.audit.query.line import LONGEST, Impossible, Mistake, Term, hides_reads, written
from integrations.audit.query.participants import NO_CLIENT, NOBODY, Participant, Participants, label_of
from integrations.audit.query.times import moment_of
from integrations.audit.sentences import in_general
from integrations.operations import OPERATIONS

Choices = Sequence[tuple[Any, Any]]

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"})


class LineForm(forms.Form):
    """The line as it is typed. What it says is read by `contacts.read`."""

    line = forms.CharField(
        label=_("Find in the log"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": _("Email address, number, words or code:402 …"),
            }
        ),
    )

    def __init__(self, line: str, mistakes: Iterable[Mistake] = ()) -> None:
        super().__init__({"line": line})
        for mistake in mistakes:
            self.add_error("line", f"{mistake.part}: {mistake.message}" if mistake.part else str(mistake.message))


class Controls(forms.Form):
    """A control for each qualifier that has one value: it shows the line's, and leads to a line with the chosen one.

    Nothing is refused here: an impossible value is a mistake of the line, told at the control if it was chosen there.
    """

    client = forms.ChoiceField(label=_("Client"))
    actor = forms.ChoiceField(label=_("Person"))
    outcome = forms.ChoiceField(label=_("Outcome"))
    kind = forms.ChoiceField(label=_("What happened"))
    since = forms.CharField(label=_("From"), widget=_MOMENT)
    until = forms.CharField(label=_("To"), widget=_MOMENT)
    op = forms.ChoiceField(label=_("Action or call"))
    code = forms.CharField(label=_("Error code"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    key = forms.CharField(label=_("Key, last four"))
    ref = forms.CharField(label=_("Reference"))
    source = forms.ChoiceField(label=_("Source"))

    FOLDED = ("since", "until", "op", "code", "key", "ref", "source")

    def __init__(self, asked: Asked, participants: Participants, mistakes: Iterable[Mistake] = ()) -> None:
        super().__init__(asked.at_controls)
        for field in self.fields.values():
            field.required = False
        self._offer("client", _("All clients"), _participants(participants.clients, NO_CLIENT, _("no client account")))
        self._offer(
            "actor", _("Everybody"), _participants(participants.people, NOBODY, _("nobody signed in, or a command"))
        )
        self._offer("outcome", _("All outcomes"), list(ENDINGS.items()))
        self._offer("kind", _("Changes and failures"), [*LineKind.choices, (ANY_KIND, _("everything"))])
        self._offer("op", _("All"), [(_("Actions"), in_general()), (_("Calls to KlickTipp"), _operations())])
        self._offer("source", _("All"), list(Source.choices))
        self._asked, self._participants = asked, participants
        parts = {str(term): name for name, term in asked.mirrored.items()}
        for mistake in mistakes:
            if name := parts.get(mistake.part):
                self.add_error(name, str(mistake.message))

    def _offer(self, name: str, everything: str | Promise, choices: Choices) -> None:
        """Offer these choices, and what the line asks for even if it is none of them."""
        asked = self.data.get(name, "")
        if asked and asked not in _values(choices):
            choices = [*choices, (asked, asked)]
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.FOLDED]

    @property
    def folded(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FOLDED]

    @property
    def shows_folded(self) -> bool:
        """Whether what is asked for stands in a control that is folded away."""
        return any(self.data.get(name) for name in self.FOLDED)

    def in_words(self) -> list[tuple[str, str]]:
        """What is asked for, and that reads are hidden where they are, as print and reports have it; contacts apart."""
        rest = self._asked.without("subject").rest
        told = [*self.data.items(), *((term.name, term.value) for term in rest if term.name in TIMES)]
        told = [(str(self.fields[name].label), self._in_words(name, value)) for name, value in told]
        if hides_reads(self._asked.terms):
            told.append((gettext("What happened"), gettext("changes and failures; what was only read is hidden")))
        line = written(self._with_names(term) for term in rest if term.name not in TIMES)
        return [*told, (gettext("Search"), line)] if line else told

    def _with_names(self, term: Term) -> Term:
        return replace(term, value=self._named(term.name, term.value))

    def _named(self, name: str, value: str) -> str:
        """A value with the name of the client or person that it stands for, if it does."""
        if name not in ("client", "actor"):
            return value
        known = self._participants.clients if name == "client" else self._participants.people
        return label_of(value, known)

    def _in_words(self, name: str, value: str) -> str:
        if (named := self._named(name, value)) != value:
            return named
        if name in TIMES:
            with suppress(Impossible):
                moment = moment_of(Term(name, value)) - timedelta(seconds=name == "until")
                return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
        return str(dict(_flat(getattr(self.fields[name], "choices", ()))).get(value, value))


def _participants(participants: Iterable[Participant], none: str, label: str | Promise) -> Choices:
    return [*((each.token, each.label) for each in participants), (none, label)]


def _operations() -> Choices:
    return [(name, operation.label) for name, operation in OPERATIONS.items()]


def _flat(choices: Iterable[Any]) -> list[tuple[str, Any]]:
    return [
        choice
        for value, label in choices
        for choice in (label if isinstance(label, list | tuple) else [(value, label)])
    ]


def _values(choices: Choices) -> set[str]:
    return {value for value, _label in _flat(choices)}
