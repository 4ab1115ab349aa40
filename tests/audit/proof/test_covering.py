"""What is final is covered by a checkpoint within minutes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.proof import covering, keys, merkle
from integrations.audit.proof.canonical import leaf
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import Head
from integrations.audit.proof.logs import Log, with_news
from integrations.audit.proof.models import Checkpoint, Tile
from integrations.audit.proof.notes import open_note
from integrations.audit.sweep import STALE_AFTER, sweep_stale_entries
from tests.audit.proof.helpers import CLIENT, TEAM, begin, execute, happen, without_guard

pytestmark = pytest.mark.django_db

OF_CLIENT, OF_TEAM = Log(TEAM, CLIENT), Log(TEAM)


def head(log: Log) -> Head:
    newest = log.newest()
    assert newest is not None
    found = Head.of(newest.note)
    assert open_note(newest.note, keys.known(log.origin)) == found.text
    assert found.size == newest.size
    return found


def root_of(log: Log) -> bytes:
    return merkle.root_over([merkle.leaf_hash(leaf(entry)) for entry in log.entries])


def test_each_client_account_has_a_tree_and_the_rest_of_the_team_another() -> None:
    happen(3)
    happen(2, account_id=None)
    happen(1, account_id=8)
    happen(1, account_id=None, team_id=0)

    assert cover() == 7

    logs = [OF_CLIENT, OF_TEAM, Log(TEAM, 8), Log(0)]
    assert [head(log).size for log in logs] == [3, 2, 1, 1]
    assert [head(log).root for log in logs] == [root_of(log) for log in logs]
    assert [log.origin for log in logs] == [
        "testserver/log/7/3",
        "testserver/log/7",
        "testserver/log/7/8",
        "testserver/log/0",
    ]
    assert [Log.by_origin(log.origin) for log in logs] == logs
    assert with_news() == []
    assert cover() == 0


def test_a_leaf_stands_at_the_number_of_its_entry() -> None:
    for _ in range(4):
        happen(1)
        happen(1, account_id=8)
        happen(1, account_id=None)
    cover()
    for log in (OF_CLIENT, OF_TEAM):
        for place, entry in enumerate(log.entries):
            hashed = merkle.leaf_hash(leaf(entry))
            assert log.index_of(entry, hashed) == place
            assert log.entry_at(place) == entry
            assert list(log.leaves(place, place + 1)) == [hashed]


@pytest.mark.past_the_lines
def test_what_is_under_way_is_waited_for_and_keeps_no_other_log() -> None:
    happen(2)
    pending = begin()
    happen(2)
    happen(1, account_id=None)
    assert cover() == 3
    assert head(OF_CLIENT).size == 2
    assert cover() == 0

    AuditEntry.objects.filter(pk=pending.pk).update(outcome=Outcome.DONE, duration=timedelta(seconds=1))
    assert cover() == 3
    assert head(OF_CLIENT).root == root_of(OF_CLIENT)


def test_a_call_whose_process_died_keeps_its_log_for_minutes_only(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    later = timezone.now() + STALE_AFTER + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    sweep_stale_entries()
    assert cover() == 1
    minute = timedelta(minutes=1)
    assert STALE_AFTER + 3 * minute < timedelta(minutes=10)
    assert dict(settings.CLOCK_CHORES)["integrations.audit.proof.covering.cover"] == minute.total_seconds()


def test_a_long_log_is_covered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "AT_ONCE", 100)
    happen(620)
    happen(30, account_id=None)
    assert cover() == 650
    sizes = OF_CLIENT.checkpoints.values_list("size", flat=True)
    assert list(sizes) == [100, 200, 300, 400, 500, 600, 620]
    assert head(OF_CLIENT).root == root_of(OF_CLIENT)
    for checkpoint in OF_CLIENT.checkpoints:
        assert OF_CLIENT.tree(checkpoint.size).root() == Head.of(checkpoint.note).root
    tiles = Tile.objects.filter(account_id=CLIENT).order_by("level", "index")
    assert [(tile.level, tile.index, len(tile.hashes) // 32) for tile in tiles] == [
        (0, 0, 256),
        (0, 1, 256),
        (0, 2, 108),
        (1, 0, 2),
    ]


def test_the_time_of_a_run_is_limited_and_who_waits_longest_is_first() -> None:
    happen(1, account_id=None)
    assert cover(seconds=0) == 0
    assert cover() == 1
    happen(1, account_id=None)
    happen(1)
    assert with_news() == [OF_CLIENT, OF_TEAM]


def test_the_queries_do_not_depend_on_how_much_was_covered_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def queries() -> int:
        happen(5)
        with CaptureQueriesContext(connection) as captured:
            cover()
        return len(captured)

    first = queries()
    happen(600)
    cover()
    assert queries() <= first + 6


def test_two_clocks_at_once_cover_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(5)
    signed = keys.sign

    def sign_after_another(text: str, origin: str) -> str:
        monkeypatch.setattr(keys, "sign", signed)
        assert covering.cover_next(OF_CLIENT) == 5
        return signed(text, origin)

    monkeypatch.setattr(keys, "sign", sign_after_another)
    assert cover() == 0
    assert head(OF_CLIENT).size == 5
    happen(1)
    assert cover() == 1
    assert head(OF_CLIENT).root == root_of(OF_CLIENT)


@pytest.mark.past_the_lines
def test_nothing_is_signed_over_a_gap_or_over_other_tiles(caplog: pytest.LogCaptureFixture) -> None:
    happen(2)
    cover()
    happen(3)
    happen(1, account_id=None)
    with without_guard():
        AuditEntry.objects.filter(account_number=4).delete()
        execute("UPDATE log_proof_tile SET hashes = %s WHERE account_id = 0", b"\0" * 32)
    assert cover() == 1
    assert "entries are missing behind number 2" in caplog.text
    with without_guard():
        execute("UPDATE log_proof_tile SET hashes = %s WHERE account_id = 0", b"\0" * 32)
    happen(1, account_id=None)
    assert cover() == 0
    assert "its tiles are not those of its checkpoint over 1 entries" in caplog.text


def test_a_log_with_which_something_is_wrong_keeps_no_other_from_being_covered() -> None:
    happen(1, account_id=None)
    happen(1)
    cover()
    with without_guard():
        execute("UPDATE log_proof_checkpoint SET note = 'x' WHERE account_id = 0")
    happen(1, account_id=None)
    happen(1)
    assert cover() == 1
    assert head(OF_CLIENT).size == 2


def refused(sql: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match="the log: "), transaction.atomic():
        execute(sql, *values)


def test_the_database_guards_tiles_and_checkpoints() -> None:
    happen(3)
    cover()
    hashes = bytes(Tile.objects.get().hashes)
    for changed in (hashes[:-32], hashes, b"\0" * 128, hashes + b"\0", b""):
        refused("UPDATE log_proof_tile SET hashes = %s", changed)
    for column in ("team_id", "account_id", "level"):
        refused(f"UPDATE log_proof_tile SET {column} = {column} + 1, hashes = %s", hashes + b"\0" * 32)
    refused("UPDATE log_proof_checkpoint SET note = 'x'")
    for table in ("log_proof_tile", "log_proof_checkpoint"):
        refused(f"DELETE FROM {table}")
    columns = "team_id, account_id, size, through_number, note, created_at"
    newest = Checkpoint.objects.get()
    for size, through in [(2, 9), (3, 9), (9, 3), (9, 2), (0, 9)]:
        refused(
            f"INSERT INTO log_proof_checkpoint ({columns}) VALUES (%s, %s, %s, %s, 'x', %s)",
            *(TEAM, CLIENT, size, through, newest.created_at),
        )
    execute("UPDATE log_proof_tile SET hashes = %s", hashes + b"\0" * 32)
