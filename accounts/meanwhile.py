"""Forms about something that somebody else may change while they are filled in."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _


class Meanwhile(forms.BaseForm):
    """A form that saves nothing over a change that whoever filled it in has not seen. It comes back as it was typed,
    says how things stand now, and saves when it is sent once more."""

    def knows(self, **now: Any) -> None:
        """Call it at the end of `__init__`, with how things stand now, in words."""
        state = hashlib.sha256(repr(sorted(now.items())).encode()).hexdigest()[:16]
        self.fields["shown_state"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=state)
        self._now = now
        name = self.add_prefix("shown_state")
        self._was_changed = self.is_bound and self.data.get(name, state) != state
        if self._was_changed:
            self.data = MultiValueDict({**dict(self.data.lists()), name: [state]})  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if self._was_changed:
            told = _(
                "Somebody has changed this meanwhile, so nothing was saved. Now it is: %(now)s. Save again to "
                "change it."
            )
            raise ValidationError(told % {"now": ", ".join(str(value) for value in self._now.values())})
        return typed
