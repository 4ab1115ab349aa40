"""Forms about something that somebody else may change while they are filled in."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

_STATE = "shown_state"


class Meanwhile(forms.BaseForm):
    """A form that saves nothing over a change that whoever filled it in has not seen. It comes back with what was
    typed, and in the fields that were left alone with what stands there now, says how things stand, and saves when it
    is sent once more."""

    def knows(self, **now: Any) -> None:
        """Call it at the end of `__init__`, with how things stand now, in words."""
        self._now = now
        shown = {name: self._shown_in(name) for name in self.fields}
        state = ",".join(f"{name}:{_short_hash(values)}" for name, values in shown.items())
        self.fields[_STATE] = forms.CharField(widget=forms.HiddenInput, required=False, initial=state)
        sent = str(self.data.get(self.add_prefix(_STATE), state)) if self.is_bound else state
        self._was_changed = sent != state
        if self._was_changed:
            before = dict(part.partition(":")[::2] for part in sent.split(","))
            data = MultiValueDict(dict(self.data.lists()))  # type: ignore[attr-defined]
            untouched = [name for name in shown if _short_hash(data.getlist(self.add_prefix(name))) == before.get(name)]
            for name in untouched:
                data.setlist(self.add_prefix(name), shown[name])
            data[self.add_prefix(_STATE)] = state
            self.data = data

    def _shown_in(self, name: str) -> list[str]:
        """What a browser sends of a field that is left as it was shown."""
        field = self.fields[name]
        shown = field.widget.format_value(field.prepare_value(self.get_initial_for_field(field, name)))
        return [str(value) for value in (shown if isinstance(shown, list) else [shown]) if value not in (None, "")]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if self._was_changed:
            told = _(
                "Somebody has changed this meanwhile, so nothing was saved. Now it is: %(now)s. Save again to "
                "change it."
            )
            raise ValidationError(told % {"now": ", ".join(str(value) for value in self._now.values())})
        return typed


def _short_hash(values: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(filter(None, values))).encode()).hexdigest()[:16]
