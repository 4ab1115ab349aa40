"""Tells actions of one contact, by its masked addresses and numbers: those that read alike are told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from integrations.audit.models import AuditSubject, SubjectKind
from integrations.audit.presentation import LoggedAction


def tell_of_one(actions: Sequence[LoggedAction], hashes: Iterable[str]) -> bool:
    """Let actions about many, as those of a list, be told of the contact with these hashes alone, which their entries
    here are about, by the address that it had then; and name it with the marks of its addresses where two of them read
    the same. Returns whether there are such. Where one was changed, the marks are those of both. One query."""
    by_entry = {entry.pk: action for action in actions for entry in action.entries}
    rows = list(
        AuditSubject.objects.filter(entry_id__in=list(by_entry), hash__in=list(hashes))
        .exclude(kind=SubjectKind.CONTACT)
        .order_by("pk")
    )
    for row in rows:
        action = by_entry[row.entry_id]
        if row.kind == SubjectKind.EMAIL and row.entry_id == action.head.pk:
            action.of_one = row.label
    alike: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in rows:
        alike[row.label, row.key_version].add(row.hash)
    several = [row for row in rows if row.mark and len(alike[row.label, row.key_version]) > 1]
    for row in several:
        marks = by_entry[row.entry_id].marks
        before = marks.get(row.label, "")
        if row.mark not in before:
            marks[row.label] = f"{before} → {row.mark}" if before else row.mark
    return bool(several)
