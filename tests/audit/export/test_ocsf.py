"""The events for systems that watch security are what their schema demands.

The tables are typed by hand from the schema's version 1.8.0 (github.com/ocsf/ocsf-schema, branch v1.8.0).
"""

from typing import Any, Final

from django.utils import timezone

from integrations.audit import people_sentences
from integrations.audit.actors import SYSTEM
from integrations.audit.entry_json import as_objects
from integrations.audit.export.ocsf import _PORTAL_EVENTS, event
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.recorder import Action, Scope, entry_of
from integrations.audit.sentences import _registry
from integrations.klicktipp import OPERATIONS
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, actor

BASE: Final = {
    *("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"),
}
"""Required of every event."""
REQUIRED: Final = {
    3001: {"user"},
    3002: {"user"},
    3004: {"entity"},
    3005: {"privileges", "user"},
    3006: {"group"},
    6003: {"actor", "api", "src_endpoint"},
}
ONE_OF: Final = {3002: {"service", "dst_endpoint"}}
ACTIVITIES: Final = {
    3001: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99},
    3002: {0, 1, 2, 3, 4, 5, 6, 7, 99},
    3004: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 99},
    3005: {0, 1, 2, 99},
    3006: {0, 1, 2, 3, 4, 5, 6, 7, 8, 99},
    6003: {0, 1, 2, 3, 4, 99},
}
SEVERITIES: Final = {0, 1, 2, 3, 4, 5, 6, 99}
STATUSES: Final = {0: "Unknown", 1: "Success", 2: "Failure"}
"""99 has the source's own word."""
ENTITY_HAS: Final = {"name", "uid"}
"""Of these a product, service, group, user or managed entity has one."""
ENDPOINT_HAS: Final = {"ip", "uid", "name", "hostname", "svc_name", "domain"}
ACTOR_HAS: Final = {"process", "user", "invoked_by", "session", "app_name", "app_uid"}
URL_HAS: Final = {"url_string", "path"}
KNOWN: Final = {
    *BASE,
    *("activity_name", "actor", "api", "dst_endpoint", "entity", "group", "http_request", "http_response"),
    *("is_remote", "message", "privileges", "resources", "service", "src_endpoint", "status", "status_code"),
    *("status_detail", "status_id", "unmapped", "user"),
}


def check(told: dict[str, Any]) -> None:
    uid, activity = told["class_uid"], told["activity_id"]
    assert BASE | REQUIRED[uid] <= set(told) <= KNOWN
    assert uid not in ONE_OF or ONE_OF[uid] & set(told)
    assert told["category_uid"] == {3: 3, 6: 6}[uid // 1000]
    assert activity in ACTIVITIES[uid]
    assert told["type_uid"] == uid * 100 + activity
    assert (activity == 99) == ("activity_name" in told)
    assert told["severity_id"] in SEVERITIES
    assert told["status"] == STATUSES.get(told["status_id"], "Pending")
    assert isinstance(told["time"], int)
    assert told["time"] > 1_600_000_000_000
    assert {"product", "version"} <= set(told["metadata"])
    assert told["metadata"]["version"] == "1.8.0"
    entities = [
        told["metadata"]["product"],
        *(told[name] for name in ("user", "group", "entity", "service") if name in told),
    ]
    entities += [told["actor"]["user"]] if "user" in told["actor"] else []
    assert all(ENTITY_HAS & {name for name, value in each.items() if value} for each in entities)
    assert ACTOR_HAS & set(told["actor"])
    assert all(ENDPOINT_HAS & set(told[name]) for name in ("src_endpoint", "dst_endpoint") if name in told)
    if uid == 6003:
        assert told["api"]["operation"]
        assert URL_HAS & set(told["http_request"]["url"])
        assert "http_response" not in told or isinstance(told["http_response"]["code"], int)
        assert told["api"]["request"]["uid"]
    if uid == 3005:
        assert told["privileges"]
        assert all(isinstance(each, str) for each in told["privileges"])


def told(entry: AuditEntry) -> dict[str, Any]:
    (as_object,) = as_objects([entry])
    return event(entry, as_object)


def test_every_call_is_an_api_activity(db: None) -> None:
    scope = ClientAccountFactory(name="Bergwind").scope
    activities = {}
    for operation in OPERATIONS.values():
        found = told(write(scope, operation=operation.name, method=operation.method, path=operation.path))
        check(found)
        activities[operation.name] = found["type_uid"]
    expected = {
        "add_or_update_contact": 600301,
        "create_tag": 600301,
        "get_contact": 600302,
        "find_contact": 600302,
        "update_contact": 600303,
        "tag_contact": 600303,
        "delete_tag": 600304,
        "delete_contact": 600304,
    }
    assert activities | expected == activities


def test_every_outcome_is_a_status(db: None) -> None:
    scope = ClientAccountFactory(name="Bergwind").scope
    statuses = {}
    for outcome in Outcome:
        found = told(write(scope, outcome=outcome, status=None, code=402, answer={"problem": "limit", "reason": "no"}))
        check(found)
        assert (found["status_code"], found["status_detail"]) == ("402", "limit")
        statuses[outcome] = found["status_id"]
    assert statuses == {"pending": 99, "done": 1, "refused": 2, "failed": 2, "unknown": 0}


def test_every_portal_event_has_its_class(db: None) -> None:
    """Of all that the portal tells, by people and by itself."""
    assert set(_PORTAL_EVENTS) <= set(_registry)
    for sentence in _registry.values():
        for who in (actor(), SYSTEM):
            action = Action(sentence, who, {"person": "Bea", "role": {"role": "viewer"}})
            for kind in (Kind.EVENT, Kind.READ):
                times = {"started_at": timezone.now(), "number": 1}
                check(told(entry_of(action, Scope(1), kind, call=action.id, outcome=Outcome.DONE, **times)))


def test_sign_ins_people_and_rights(db: None) -> None:
    sentences = people_sentences
    table = {
        sentences.SIGNED_IN: (300201, 1, "Alex"),
        sentences.SIGNED_OUT: (300202, 1, "Alex"),
        sentences.SIGN_IN_FAILED: (300201, 2, "Bea"),
        sentences.PASSWORD_CHANGED: (300103, 1, "Alex"),
        sentences.SECOND_FACTOR_ADDED: (300110, 1, "Alex"),
        sentences.DEACTIVATED: (300105, 1, "Bea"),
        sentences.ROLE_CHANGED: (300501, 1, "Bea"),
        sentences.MEMBER_ADDED: (300603, 1, "Bea"),
        sentences.MEMBER_REMOVED: (300604, 1, "Bea"),
    }
    for sentence, (type_uid, status, user) in table.items():
        parameters = {"person": "Bea", "role": {"role": "viewer"}} if user == "Bea" else {}
        outcome = Outcome.REFUSED if sentence.is_refusal else Outcome.DONE
        columns = {"operation": "", "method": "", "path": "", "status": None, "outcome": outcome}
        found = told(write(Scope(1), Action(sentence, actor(), parameters), Kind.EVENT, **columns))
        check(found)
        assert (found["type_uid"], found["status_id"], found["user"]["name"]) == (type_uid, status, user)
