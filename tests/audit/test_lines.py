"""The log's lines: one for each action, as its entries make it, whatever the order in which they come and end."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from integrations.audit import events, lines, triggers
from integrations.audit.models import PARTLY, AuditEntry, EntryCounter, Kind, LineKind, LogLine, Outcome
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Action, Scope, entry_of, store_all
from integrations.tags.sentences import TAG_CREATED
from tests.factories import actor

pytestmark = pytest.mark.django_db

READ, CHANGE = Kind.READ, Kind.CHANGE
DONE, REFUSED, FAILED, UNKNOWN, PENDING = (
    Outcome.DONE,
    Outcome.REFUSED,
    Outcome.FAILED,
    Outcome.UNKNOWN,
    Outcome.PENDING,
)


def written(action: Action, *calls: tuple[Kind, str, str], scope: Scope | None = None) -> list[AuditEntry]:
    """Entries of calls: of which kind, of which operation and with which outcome."""
    entries = [
        entry_of(
            action,
            scope or Scope(7, 3, "Harbour Lane Coffee"),
            kind,
            call=uuid4(),
            operation=operation,
            outcome=outcome,
            started_at=timezone.now(),
            duration=None if outcome == PENDING else timedelta(milliseconds=20),
        )
        for kind, operation, outcome in calls
    ]
    store_all([(entry, ()) for entry in entries])
    return entries


def an_action() -> Action:
    return Action(TAG_CREATED, actor(), {"tag": "Newsletter"}, reference="4711")


def wrong_lines() -> list[object]:
    return list(lines.out_of_step())


@pytest.mark.parametrize(
    ("calls", "kind", "outcome"),
    [
        ([(READ, "list_tags", DONE)], LineKind.LOAD, DONE),
        ([(READ, "list_tags", REFUSED)], LineKind.LOAD, REFUSED),
        ([(READ, "list_tags", DONE), (READ, "list_tags", FAILED)], LineKind.LOAD, PARTLY),
        ([(READ, "list_tags", DONE), (READ, "get_contact", DONE)], LineKind.LOOK, DONE),
        ([(READ, "get_contact", REFUSED), (CHANGE, "create_tag", DONE)], CHANGE, DONE),
        ([(READ, "get_contact", DONE), (CHANGE, "create_tag", REFUSED)], CHANGE, REFUSED),
        ([(CHANGE, "tag_contact", DONE), (CHANGE, "tag_contact", REFUSED)], CHANGE, PARTLY),
        ([(CHANGE, "tag_contact", REFUSED), (CHANGE, "tag_contact", FAILED)], CHANGE, REFUSED),
        ([(CHANGE, "tag_contact", DONE), (CHANGE, "tag_contact", UNKNOWN)], CHANGE, UNKNOWN),
        ([(CHANGE, "tag_contact", UNKNOWN), (CHANGE, "tag_contact", PENDING)], CHANGE, PENDING),
        ([(CHANGE, "login", DONE)], CHANGE, DONE),
        ([(CHANGE, "login", DONE), (CHANGE, "create_tag", REFUSED)], CHANGE, REFUSED),
        ([(CHANGE, "login", REFUSED)], CHANGE, REFUSED),
    ],
)
def test_how_an_action_ended(calls: list[tuple[Kind, str, str]], kind: str, outcome: str) -> None:
    """Written together and one after the other."""
    together, apart = an_action(), an_action()
    written(together, *calls)
    for call in calls:
        written(apart, call)

    for action in (together, apart):
        line = LogLine.objects.get(team_id=7, action=action.id)
        assert (line.kind, line.outcome, line.entries) == (kind, outcome, len(calls))


def test_a_line_is_found_by_what_its_first_entry_says() -> None:
    entries = written(an_action(), (READ, "list_tags", DONE), (CHANGE, "create_tag", DONE))

    line = LogLine.objects.get()
    head = entries[0]
    assert (line.number, line.account_id, line.account_label) == (head.number, 3, "Harbour Lane Coffee")
    assert (line.actor_label, line.sentence, line.reference) == (head.actor_label, head.sentence, "4711")
    assert line.parameters == head.parameters
    assert (line.started_at, line.last_at) == (head.started_at, entries[1].started_at + timedelta(milliseconds=20))


def test_what_begins_before_there_is_a_client_belongs_to_it_in_the_end() -> None:
    action = an_action()
    written(action, (READ, "get_account", DONE), scope=Scope(7))
    written(action, (CHANGE, "create_tag", DONE))
    written(action, (READ, "list_tags", DONE), scope=Scope(7))

    line = LogLine.objects.get()
    assert (line.number, line.account_id, line.account_label) == (1, 3, "Harbour Lane Coffee")
    assert not wrong_lines()


def test_teams_that_send_the_same_action_have_a_line_each() -> None:
    action = an_action()
    written(action, (CHANGE, "create_tag", DONE))
    written(action, (CHANGE, "create_tag", REFUSED), scope=Scope(8, 4, "Bergwind Touren"))

    assert dict(LogLine.objects.values_list("team_id", "outcome")) == {7: DONE, 8: REFUSED}


def test_entries_are_numbered_within_their_client_too() -> None:
    first, second = Scope(7, 3, "Harbour Lane Coffee"), Scope(7, 4, "Bergwind Touren")
    for scope in (first, second, Scope(7), first):
        written(an_action(), (READ, "list_tags", DONE), (READ, "list_tags", DONE), scope=scope)

    numbers = AuditEntry.objects.order_by("number").values_list("number", "account_id", "account_number")
    assert list(numbers) == [
        (1, 3, 1),
        (2, 3, 2),
        (3, 4, 1),
        (4, 4, 2),
        (5, None, None),
        (6, None, None),
        (7, 3, 3),
        (8, 3, 4),
    ]


def test_a_line_that_differs_is_found_and_made_anew() -> None:
    tampered, lost, kept = an_action(), an_action(), an_action()
    for action in (tampered, lost, kept):
        written(action, (CHANGE, "create_tag", DONE))
    LogLine.objects.filter(action=tampered.id).update(changes_done=0, changes_refused=1)
    LogLine.objects.filter(action=lost.id).delete()
    invented = LogLine.objects.get(action=kept.id)
    invented.pk, invented.action, invented.number = None, uuid4(), 99
    invented.save()

    with pytest.raises(CommandError, match="3 lines differ"):
        call_command("rebuild_log_lines", check=True, stdout=StringIO())
    said = StringIO()
    call_command("rebuild_log_lines", stdout=said)

    assert all(f"team 7, action {action}" in said.getvalue() for action in (tampered.id, lost.id, invented.action))
    assert set(LogLine.objects.values_list("action", "outcome")) == {
        (action.id, DONE) for action in (tampered, lost, kept)
    }
    call_command("rebuild_log_lines", check=True, stdout=said)
    assert said.getvalue().endswith("Every line is as the entries are.\n")


@pytest.mark.django_db(transaction=True)
def test_a_log_of_an_older_version_gets_numbers_and_lines() -> None:
    executor = MigrationExecutor(connection)
    triggers.lift(connection)
    executor.migrate([("audit", "0002_key_owner_listbuilding")])
    try:
        models = executor.loader.project_state([("audit", "0002_key_owner_listbuilding")]).apps
        action = uuid4()
        for number, account_id in ((1, 3), (2, None), (3, 4), (4, 3)):
            models.get_model("audit", "AuditEntry").objects.create(
                team_id=7,
                number=number,
                account_id=account_id,
                action=action if number == 1 else uuid4(),
                call=uuid4(),
                sentence=SIGNED_IN.key,
                kind=CHANGE,
                outcome=DONE,
                started_at=timezone.now(),
            )
        models.get_model("audit", "AuditCounter").objects.create(team_id=7, last=4)
    finally:
        call_command("migrate", verbosity=0)

    numbers = AuditEntry.objects.order_by("number").values_list("account_id", "account_number")
    assert list(numbers) == [(3, 1), (None, None), (4, 1), (3, 2)]
    assert set(EntryCounter.objects.values_list("account_id", "last")) == {(0, 4), (3, 2), (4, 1)}
    assert LogLine.objects.get(number=1).action == action
    assert not wrong_lines()
    assert not triggers.missing(connection)
    events.record(SIGNED_IN, actor(), Scope(7, 3, "Harbour Lane Coffee"))
    assert AuditEntry.objects.filter(number=5, account_number=3).exists()


def test_the_words_of_a_line_have_one_order_whatever_that_of_the_parameters() -> None:
    """PostgreSQL keeps names in JSON in another order than they were written in."""
    for parameters in ({"before": "Lists", "tag": "Newsletter"}, {"tag": "Newsletter", "before": "Lists"}):
        written(Action(TAG_CREATED, actor(), parameters), (CHANGE, "create_tag", DONE))

    first, second = LogLine.objects.values_list("words", flat=True)
    assert first == second
