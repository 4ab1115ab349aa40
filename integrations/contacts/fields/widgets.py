"""Controls of the browser for days and times that never lose what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django import forms

_READABLE: dict[str, tuple[re.Pattern[str], Callable[[str], object]]] = {
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), date.fromisoformat),
    "time": (re.compile(r"\d\d:\d\d(:\d\d)?"), time.fromisoformat),
    "datetime-local": (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?"), datetime.fromisoformat),
}


class _KeepsWhatWasTyped(forms.Widget):
    """A browser shows an empty control for a day or time that it cannot read: such a value gets a line of text."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        if widget["value"] and not _is_readable(widget["type"], widget["value"]):
            widget["type"] = "text"
        return context


class ValueInput(_KeepsWhatWasTyped, forms.TextInput):
    """A line, or the control that `type` in its attributes names."""


class DayInput(_KeepsWhatWasTyped, forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


def _is_readable(kind: str, value: str) -> bool:
    if kind not in _READABLE:
        return True
    pattern, read = _READABLE[kind]
    if not pattern.fullmatch(value):
        return False
    try:
        read(value)
    except ValueError:
        return False
    return True
