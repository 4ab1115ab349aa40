"""What leaves the portal of an entry: one JSON object, the same whichever way it goes. docs/audit-stream.md tells what
its fields mean; names and meanings stay, new ones may come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation

from integrations.audit.models import AuditEntry, AuditSubject
from integrations.audit.presentation import LoggedAction, problem_message

FORMAT = 1
"""Raised where a field changes its meaning."""

_OF_SUBJECT = ("kind", "label", "hash", "key_version")


def as_objects(entries: Sequence[AuditEntry], language: str = settings.LANGUAGE_CODE) -> list[dict[str, Any]]:
    """These entries as objects that `json.dumps` takes, in their order; times are UTC. One query."""
    about: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    subjects = AuditSubject.objects.filter(entry_id__in=[entry.pk for entry in entries]).order_by("pk")
    for entry_id, *values in subjects.values_list("entry_id", *_OF_SUBJECT):
        about[entry_id].append(dict(zip(_OF_SUBJECT, values, strict=True)))
    with translation.override(language):
        return [_as_object(entry, about[entry.pk]) for entry in entries]


def in_utc(moment: datetime) -> str:
    """`2026-11-30T14:32:05.123456Z`"""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _as_object(entry: AuditEntry, about: list[dict[str, Any]]) -> dict[str, Any]:
    told, problem = LoggedAction([entry]), problem_message(entry)
    return {
        "format": FORMAT,
        "id": str(entry.pk),
        "version": entry.version,
        "team_id": entry.team_id,
        "number": entry.number,
        "account_id": entry.account_id,
        "account_label": entry.account_label,
        "account_number": entry.account_number,
        "started_at": in_utc(entry.started_at),
        "duration_ms": None if entry.duration is None else round(entry.duration.total_seconds() * 1000, 3),
        "text": " ".join(filter(None, (str(told.ending), told.sentence))),
        "reason": str(problem.what) if problem else "",
        "kind": entry.kind,
        "outcome": entry.outcome,
        "action": str(entry.action),
        "sentence": entry.sentence,
        "parameters": entry.parameters,
        "call": str(entry.call),
        "attempt": entry.attempt,
        "reference": entry.reference,
        "actor_id": entry.actor_id,
        "actor_label": entry.actor_label,
        "source": entry.source,
        "ip": entry.ip,
        "key_last_four": entry.key_last_four,
        "key_owner": entry.key_owner,
        "operation": entry.operation,
        "method": entry.method,
        "path": entry.path,
        "request": entry.request,
        "status": entry.status,
        "code": entry.code,
        "detail": entry.detail,
        "answer": entry.answer,
        "subjects": about,
    }
