"""The options of a drop-down, each written once and remembered: the log's page has hundreds of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def options(widget: Mapping[str, Any]) -> SafeString:
    """Of a widget's context, as Django makes it for the template of a `Select`."""
    written: list[str] = []
    for name, group, _index in widget["optgroups"]:
        inside = [_option(str(each["value"]), str(each["label"]), _attributes(each["attrs"])) for each in group]
        written += [format_html('<optgroup label="{}">', name), *inside, "</optgroup>"] if name else inside
    return mark_safe("".join(written))  # noqa: S308


def _attributes(attributes: dict[str, Any]) -> str:
    return flatatt(attributes) if attributes else ""


@lru_cache(maxsize=4096)
def _option(value: str, label: str, attributes: str) -> SafeString:
    return format_html('<option value="{}"{}>{}</option>', value, attributes, label)
