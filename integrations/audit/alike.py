"""Addresses and numbers of one contact that the log masks alike: told apart where several of them are met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from integrations.audit.models import AuditSubject, SubjectKind
from integrations.audit.presentation import LoggedAction


def tell_apart(actions: Sequence[LoggedAction], hashes: Iterable[str]) -> bool:
    """Let actions that are about the contact with these hashes name it with the marks of its addresses, where two of
    them read the same; whether there are such. Where one was changed, the marks are those of both. One query."""
    by_entry = {entry.pk: action for action in actions for entry in action.entries}
    rows = list(
        AuditSubject.objects.filter(entry_id__in=list(by_entry), hash__in=list(hashes))
        .exclude(kind=SubjectKind.CONTACT)
        .order_by("pk")
    )
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
