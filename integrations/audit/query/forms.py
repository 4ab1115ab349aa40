"""The line by which the log is searched, and the controls that write it for those who click."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.audit.models import LineKind, Source
from integrations.audit.query.asked import TIMES, Asked
from integrations.audit.query.called import ENDINGS
from integrations.audit.query.conditions import ANY_KIND
from integrations.audit.query.line import LONGEST, Mistake
from integrations.audit.query.participants import NO_CLIENT, NOBODY, Participant, Participants
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
        self._rest = asked.without("subject").rest
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
        """What is asked for, as print has it."""
        told = [(str(self.fields[name].label), self._in_words(name, value)) for name, value in self.data.items()]
        return [*told, (gettext("Search"), self._rest)] if self._rest else told

    def _in_words(self, name: str, value: str) -> str:
        if name in TIMES:
            with suppress(ValueError):
                return date_format(datetime.fromisoformat(value), "SHORT_DATETIME_FORMAT")
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
