"""A rule as a sentence: “has Newsletter and not Customer (tagged since 01/10/2026)”."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.contacts.browsing.services import WORDS
from integrations.segments.models import Segment
from integrations.segments.rule import Condition, Group, Of, Rule, Unusable, When, parse
from integrations.segments.tag_names import TagNames


def in_words(rule: Rule, tags: TagNames) -> SafeString:
    """The rule in the active language, names of tags in <b>; of one that is gone it says so."""
    told = _filled(_("has %(what)s"), what=_group(rule.group, tags, is_inner=False))
    filters = (_any_of(words) for words in (rule.statuses, rule.bounces) if words)
    return reduce(lambda before, next_one: format_html("{} · {}", before, next_one), filters, told)


def _group(group: Group, tags: TagNames, *, is_inner: bool) -> SafeString:
    parts = [
        _group(part, tags, is_inner=True) if isinstance(part, Group) else _condition(part, tags) for part in group.parts
    ]
    first, *others = parts
    match group.of:
        case Of.NONE if not others and isinstance(only := group.parts[0], Condition):
            told = _condition(replace(only, lacks=not only.lacks), tags)
        case Of.NONE if not others:
            told = _filled(_("not %(what)s"), what=first)
        case Of.NONE:
            rest = _joined(_("%(first)s nor %(second)s"), others)
            told = _filled(_("neither %(first)s nor %(second)s"), first=first, second=rest)
        case Of.ALL:
            told = _joined(_("%(first)s and %(second)s"), parts)
        case Of.ANY:
            told = _joined(_("%(first)s or %(second)s"), parts)
    return format_html("({})", told) if is_inner and others else told


def _condition(condition: Condition, tags: TagNames) -> SafeString:
    name = tags.name(condition.tag_id) or condition.name or str(condition.tag_id)
    told = format_html("<b>{}</b>", name)
    if condition.name and tags.is_gone(condition.tag_id):
        told = _filled(_("%(tag)s (no longer in KlickTipp)"), tag=told)
    if when := _when(condition):
        told = format_html("{} ({})", told, when)
    return _filled(_("not %(what)s"), what=told) if condition.lacks else told


def _when(condition: Condition) -> str:
    day = date_format(condition.day, "SHORT_DATE_FORMAT") if condition.day else ""
    match condition.when:
        case When.SINCE:
            return _("tagged since %(day)s") % {"day": day}
        case When.BEFORE:
            return _("tagged before %(day)s") % {"day": day}
        case When.WITHIN:
            days = condition.days or 0
            told = ngettext("tagged within the last day", "tagged within the last %(days)s days", days)
            return told % {"days": days}
    return ""


def _any_of(words: Iterable[str]) -> SafeString:
    return _joined(_("%(first)s or %(second)s"), [conditional_escape(_(WORDS[word])) for word in words])


def _joined(pattern: str, parts: list[SafeString]) -> SafeString:
    return reduce(lambda first, second: _filled(pattern, first=first, second=second), parts)


def _filled(pattern: str, **parts: SafeString) -> SafeString:
    return mark_safe(conditional_escape(pattern) % parts)  # noqa: S308 - of escaped parts


def readable(segment: Segment) -> Rule | None:
    """The rule of a segment; None where it is none, see `Unusable`."""
    try:
        return parse(segment.rule)
    except Unusable:
        return None


def names_of(tag_ids: Iterable[int], rule: Rule) -> str:
    """Tags of a rule as they were called when it was made."""
    kept = {condition.tag_id: condition.name for condition in rule.group.conditions()}
    return ", ".join(kept.get(tag_id, "") or str(tag_id) for tag_id in tag_ids)


def told_without_time(contacts: int) -> str:
    return ngettext(
        "KlickTipp does not tell when %(contacts)s contact was tagged, so conditions with a date do not find it.",
        "KlickTipp does not tell when %(contacts)s contacts were tagged, so conditions with a date do not find them.",
        contacts,
    ) % {"contacts": contacts}
