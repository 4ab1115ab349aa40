"""The log as events of the Open Cybersecurity Schema Framework, one in a line, for the systems that watch security.

Source: the schema's version 1.8.0. What it has no place for stands in `unmapped`, under the names of `entry_json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from integrations import klicktipp
from integrations.audit.entry_json import as_objects
from integrations.audit.export.jsonl import line
from integrations.audit.models import AuditEntry, Kind, Outcome, Source
from integrations.audit.sentences import in_words

VERSION: Final = "1.8.0"
PRODUCT: Final = "ktportal"
SERVICE: Final = "KlickTipp"

ACCOUNT_CHANGE, AUTHENTICATION, ENTITY_MANAGEMENT, USER_ACCESS, GROUP_MANAGEMENT = 3001, 3002, 3004, 3005, 3006
API_ACTIVITY = 6003
OTHER = 99

_PORTAL_EVENTS: Final[Mapping[str, tuple[int, int]]] = {
    "people.signed_in": (AUTHENTICATION, 1),
    "people.signed_out": (AUTHENTICATION, 2),
    "people.sign_in_failed": (AUTHENTICATION, 1),
    "people.sign_ins_failed": (AUTHENTICATION, 1),
    "people.sign_in_stopped": (AUTHENTICATION, 1),
    "people.second_factor_refused": (AUTHENTICATION, 1),
    "people.session_ended": (AUTHENTICATION, 2),
    "people.sessions_ended": (AUTHENTICATION, 2),
    "people.signed_up": (ACCOUNT_CHANGE, 1),
    "people.reactivated": (ACCOUNT_CHANGE, 2),
    "people.password_changed": (ACCOUNT_CHANGE, 3),
    "people.password_reset": (ACCOUNT_CHANGE, 4),
    "people.deactivated": (ACCOUNT_CHANGE, 5),
    "people.second_factor_added": (ACCOUNT_CHANGE, 10),
    "people.second_factor_removed": (ACCOUNT_CHANGE, 11),
    "people.recovery_codes_made": (ACCOUNT_CHANGE, OTHER),
    "people.email_changed": (ACCOUNT_CHANGE, OTHER),
    "people.role_changed": (USER_ACCESS, 1),
    "people.end_set": (USER_ACCESS, OTHER),
    "people.end_removed": (USER_ACCESS, OTHER),
    "clients.limited": (USER_ACCESS, OTHER),
    "clients.limit_removed": (USER_ACCESS, OTHER),
    "people.member_added": (GROUP_MANAGEMENT, 3),
    "people.member_joined": (GROUP_MANAGEMENT, 3),
    "people.member_removed": (GROUP_MANAGEMENT, 4),
    "people.member_left": (GROUP_MANAGEMENT, 4),
    "people.team_renamed": (GROUP_MANAGEMENT, OTHER),
    "people.second_factor_required": (GROUP_MANAGEMENT, OTHER),
    "people.second_factor_not_required": (GROUP_MANAGEMENT, OTHER),
    "clients.added": (ENTITY_MANAGEMENT, 1),
    "clients.renamed": (ENTITY_MANAGEMENT, 3),
    "clients.removed": (ENTITY_MANAGEMENT, 4),
}
"""Class and activity of what people do in the portal; what is not here is `_otherwise`."""

_CREATING: Final = ("add_or_update_contact", "create_tag", "login", "signin")
_STATUS: Final[Mapping[str, tuple[int, str]]] = {
    Outcome.DONE: (1, "Success"),
    Outcome.REFUSED: (2, "Failure"),
    Outcome.FAILED: (2, "Failure"),
    Outcome.UNKNOWN: (0, "Unknown"),
    Outcome.PENDING: (99, "Pending"),
}
_INFORMATIONAL, _LOW, _MEDIUM = 1, 2, 3
_SEVERITY: Final[Mapping[str, int]] = {Outcome.REFUSED: _LOW, Outcome.FAILED: _LOW, Outcome.UNKNOWN: _MEDIUM}
_UNMAPPED: Final = (
    *("format", "version", "number", "account_number", "account_id", "account_label", "started_at", "duration_ms"),
    *("kind", "outcome", "action", "sentence", "parameters", "call", "attempt", "reference", "source"),
    *("key_last_four", "key_owner", "request", "answer", "code", "detail", "subjects"),
)


def lines(batches: Iterable[list[AuditEntry]]) -> Iterator[str]:
    for batch in batches:
        told = as_objects(batch)
        yield "".join(line(event(entry, each)) for entry, each in zip(batch, told, strict=True))


def event(entry: AuditEntry, told: Mapping[str, Any]) -> dict[str, Any]:
    """told: the entry as `entry_json` has it"""
    class_uid, activity = _class_of(entry)
    status_id, status = _STATUS[entry.outcome]
    common = {
        "class_uid": class_uid,
        "category_uid": class_uid // 1000,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "time": round(entry.started_at.timestamp() * 1000),
        "message": told["text"],
        "severity_id": _SEVERITY.get(entry.outcome, _INFORMATIONAL),
        "status_id": status_id,
        "status": status,
        "metadata": {
            "version": VERSION,
            "product": {"name": PRODUCT, "vendor_name": PRODUCT},
            "uid": str(entry.pk),
            "correlation_uid": str(entry.action),
            "event_code": entry.operation or entry.sentence,
            "log_name": "audit",
            "log_version": str(entry.version),
            "original_time": told["started_at"],
            "sequence": entry.number,
            "tenant_uid": str(entry.team_id),
        },
        "actor": _actor(entry),
        "src_endpoint": {"ip": entry.ip} if entry.ip else {"svc_name": PRODUCT},
        "unmapped": {name: told[name] for name in _UNMAPPED},
    }
    if activity == OTHER:
        common["activity_name"] = entry.operation or entry.sentence
    if problem := entry.answer.get("problem"):
        common["status_detail"] = problem
    code = entry.status if entry.code is None else entry.code
    if code is not None:
        common["status_code"] = str(code)
    return common | (_call(entry, told) if entry.operation else _portal_event(entry, class_uid))


def _class_of(entry: AuditEntry) -> tuple[int, int]:
    if entry.operation:
        return API_ACTIVITY, _activity_of(entry.operation)
    return _PORTAL_EVENTS.get(entry.sentence) or _otherwise(entry)


def _activity_of(name: str) -> int:
    operation = klicktipp.OPERATIONS.get(name)
    if operation is None:
        return OTHER
    if operation.safe:
        return 2
    if name in _CREATING:
        return 1
    return 4 if operation.method == "DELETE" or name == "logout" else 3


def _otherwise(entry: AuditEntry) -> tuple[int, int]:
    if entry.sentence.startswith("members."):
        has_joined = entry.sentence.startswith(("members.joined", "members.invitation_accepted"))
        return GROUP_MANAGEMENT, 3 if has_joined else OTHER
    return ENTITY_MANAGEMENT, 2 if entry.kind == Kind.READ else OTHER


def _actor(entry: AuditEntry) -> dict[str, Any]:
    if entry.actor_id or entry.source == Source.PAGE:
        return {"user": _user(entry)}
    return {"app_name": entry.actor_label}


def _user(entry: AuditEntry) -> dict[str, Any]:
    """Who acted."""
    return {"name": entry.actor_label} | ({"uid": str(entry.actor_id)} if entry.actor_id else {})


def _person(entry: AuditEntry) -> dict[str, Any]:
    """To whom it was done: another one, or who acted."""
    named = entry.parameters.get("person")
    return {"name": in_words(named)} if named else _user(entry)


def _call(entry: AuditEntry, told: Mapping[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = {}
    if entry.status is not None:
        response["code"] = entry.status
    if problem := entry.answer.get("problem"):
        response["error"] = problem
    if said := entry.answer.get("message") or entry.answer.get("reason"):
        response["error_message"] = said
    call: dict[str, Any] = {
        "api": {
            "operation": entry.operation,
            "service": {"name": SERVICE},
            "request": {"uid": str(entry.call)},
            **({"response": response} if response else {}),
        },
        "dst_endpoint": {"svc_name": SERVICE},
        "http_request": {"uid": str(entry.pk), "http_method": entry.method, "url": {"path": entry.path}},
        "resources": [*_client_account(entry), *({"type": s["kind"], "name": s["label"]} for s in told["subjects"])],
    }
    if entry.status is not None:
        latency = {} if entry.duration is None else {"latency": round(entry.duration.total_seconds() * 1000)}
        call["http_response"] = {"code": entry.status} | latency
    return call


def _client_account(entry: AuditEntry) -> list[dict[str, Any]]:
    if entry.account_id is None:
        return []
    return [{"type": "client account", "uid": str(entry.account_id), "name": entry.account_label}]


def _portal_event(entry: AuditEntry, class_uid: int) -> dict[str, Any]:
    team = {"uid": str(entry.team_id), "type": "team"}
    of_class: dict[int, dict[str, Any]] = {
        ACCOUNT_CHANGE: {"user": _person(entry)},
        AUTHENTICATION: {"user": _person(entry), "service": {"name": PRODUCT}, "is_remote": True},
        USER_ACCESS: {"user": _person(entry), "privileges": _privileges(entry)},
        GROUP_MANAGEMENT: {"user": _person(entry), "group": team},
        ENTITY_MANAGEMENT: {"entity": next(iter(_client_account(entry)), team)},
    }
    return of_class[class_uid]


def _privileges(entry: AuditEntry) -> list[str]:
    """What the person may do now: a role, client accounts, and until when."""
    parameters = entry.parameters
    role = parameters.get("role")
    told = [role["role"] if isinstance(role, Mapping) and "role" in role else in_words(role)] if role else []
    clients = parameters.get("clients")
    told += [in_words(each) for each in (clients if isinstance(clients, list) else [clients])] if clients else []
    if isinstance(day := parameters.get("day"), Mapping):
        told.append(str(day.get("day")))
    return told or [entry.sentence]
