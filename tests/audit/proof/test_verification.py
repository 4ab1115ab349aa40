"""Whoever has the whole database and changes the past is found out by `audit_verify`, or leaves what a kept checkpoint
tells. The triggers are taken away by hand."""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from integrations.audit.models import AuditEntry, AuditSubject, EntryCounter, RetentionRecord
from integrations.audit.proof import covering, keys
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import Head
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import Checkpoint, Tile
from tests.audit.proof.helpers import CLIENT, TEAM, begin, happen, without_guard

pytestmark = [pytest.mark.django_db, pytest.mark.past_the_lines]

OF_CLIENT, OF_TEAM = Log(TEAM, CLIENT), Log(TEAM)


def verify(**options: Any) -> str:
    """What the command says that is wrong; "" if it is content."""
    said, wrong = io.StringIO(), io.StringIO()
    with suppress(CommandError):
        call_command("audit_verify", stdout=said, stderr=wrong, **options)
        assert not wrong.getvalue()
        assert "Everything is as it was signed." in said.getvalue()
        return ""
    return wrong.getvalue() + said.getvalue()


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client account's log of 300 entries in checkpoints over 130, 260 and 300, and the team's own of 6."""
    monkeypatch.setattr(covering, "AT_ONCE", 130)
    happen(300)
    happen(6, account_id=None)
    happen(2, account_id=8)
    cover()


def entry(number: int) -> AuditEntry:
    return OF_CLIENT.entries.get(account_number=number)


def rewrite(log: Log) -> None:
    """All that follows from the entries made anew and signed with the key."""
    log.tiles.delete()
    log.checkpoints.delete()
    while covering.cover_next(log):
        pass


def insert_in_place_of_one() -> None:
    copy = OF_TEAM.entries.last()
    assert copy is not None
    AuditEntry.objects.filter(pk=copy.pk).delete()
    copy.pk, copy.call, copy.actor_label = copy.action, copy.action, "Somebody else"
    copy.save(force_insert=True)


def reorder() -> None:
    first, second = entry(5), entry(6)
    for row, number in ((first, 10**6), (second, 5), (first, 6)):
        AuditEntry.objects.filter(pk=row.pk).update(account_number=number)


def forge_tile() -> None:
    tile = OF_CLIENT.tiles.get(level=0, index=0)
    hashes = bytes(tile.hashes)
    OF_CLIENT.tiles.filter(pk=tile.pk).update(hashes=b"\0" * 32 + hashes[32:])


def sign_another_root() -> None:
    newest = OF_CLIENT.newest()
    assert newest is not None
    head = Head(OF_CLIENT.origin, newest.size, b"\0" * 32)
    OF_CLIENT.checkpoints.filter(pk=newest.pk).update(note=keys.sign(head.text, head.origin))


def take_anothers_checkpoint() -> None:
    other = Log(TEAM, 8).newest()
    assert other is not None
    OF_CLIENT.checkpoints.filter(size=300).update(note=other.note)


TAMPERING: dict[str, tuple[Callable[[], object], str]] = {
    "an entry was changed": (
        lambda: AuditEntry.objects.filter(account_id=CLIENT, account_number=7).update(actor_label="Somebody else"),
        "entry 7 of the team is not what was covered",
    ),
    "an entry of the team was changed": (
        lambda: AuditEntry.objects.filter(team_id=TEAM, number=302).update(ip="192.0.2.1"),
        "entry 302 of the team is not what was covered",
    ),
    "a person was taken from an entry": (
        lambda: AuditSubject.objects.filter(number=7).delete(),
        "entry 7 of the team is not what was covered",
    ),
    "an entry was removed": (lambda: entry(7).delete(), "the entry of leaf 6 is gone"),
    "an entry of the team was removed": (
        lambda: AuditEntry.objects.filter(team_id=TEAM, number=302).delete(),
        "the entry of leaf 1 is gone",
    ),
    "numbers of the team are missing": (lambda: entry(7).delete(), "team 7: entry 7 is missing"),
    "an entry was put in": (insert_in_place_of_one, "is not what was covered: it was changed or put in"),
    "entries changed places": (reorder, "entry 5 of the team is not what was covered"),
    "the end was cut off": (
        lambda: AuditEntry.objects.filter(team_id=TEAM, number__gte=307).delete(),
        "entry 307 to 308 are missing at the end",
    ),
    "an entry is under way again": (
        lambda: AuditEntry.objects.filter(number=7).update(outcome="pending"),
        "entry 7 of the team is not what was covered",
    ),
    "a tile was changed": (forge_tile, "has another root than the tiles"),
    "a tile does not follow": (forge_tile, "does not follow from the level below"),
    "a tile was removed": (lambda: OF_CLIENT.tiles.filter(level=0, index=1).delete(), "level 0 of the tiles has 256"),
    "the newest checkpoint was removed": (
        lambda: OF_CLIENT.checkpoints.filter(size=300).delete(),
        "level 0 of the tiles has 300 hashes instead of 260",
    ),
    "all checkpoints were removed": (OF_TEAM.checkpoints.delete, "there are tiles that no checkpoint covers"),
    "another root was signed": (sign_another_root, "the checkpoint over 300 entries has another root"),
    "a checkpoint is another log's": (take_anothers_checkpoint, "says that it is over 2 entries of testserver/log/7/8"),
    "a checkpoint is broken": (
        lambda: OF_CLIENT.checkpoints.filter(size=130).update(note="x"),
        "the checkpoint over 130 entries is broken",
    ),
    "a counter went back": (
        lambda: EntryCounter.objects.filter(account_id=CLIENT).update(last=10),
        "entries follow the newest checkpoint, the counter says",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_it_is_found(what: str, filled: None) -> None:
    tamper, told = TAMPERING[what]
    assert verify() == ""
    with without_guard():
        tamper()
    assert told in verify()


def test_the_guard_itself_is_looked_for(filled: None) -> None:
    with without_guard():
        assert "the database's guard is missing or changed: audit_auditentry_guard" in verify()


def test_a_key_that_is_not_listed_signs_nothing(filled: None, settings: Any) -> None:
    old = settings.LOG_SIGNING_KEYS
    settings.LOG_SIGNING_KEYS = ["11" * 32, *old]
    happen(1)
    cover()
    assert verify() == ""
    settings.LOG_SIGNING_KEYS = ["11" * 32]
    assert "is not signed with a key of LOG_SIGNING_KEYS" in verify()


def test_a_past_that_is_rewritten_with_the_key_is_told_by_a_kept_checkpoint(filled: None, tmp_path: Any) -> None:
    kept = tmp_path / "checkpoint.txt"
    newest = OF_CLIENT.newest()
    assert newest is not None
    kept.write_text(newest.note)
    happen(3)
    cover()
    assert verify(checkpoint=kept) == ""
    with without_guard():
        AuditEntry.objects.filter(account_id=CLIENT, account_number=7).update(actor_label="Somebody else")
        rewrite(OF_CLIENT)
    assert verify() == ""
    assert "WRONG: The log is not one that has grown from this checkpoint" in verify(checkpoint=kept)


def test_an_end_that_is_cut_off_everywhere_is_told_by_a_kept_checkpoint(filled: None, tmp_path: Any) -> None:
    kept = tmp_path / "checkpoint.txt"
    newest = Log(TEAM, 8).newest()
    assert newest is not None
    kept.write_text(newest.note)
    with without_guard():
        AuditEntry.objects.filter(account_id=8).delete()
        EntryCounter.objects.filter(account_id=8).delete()
        EntryCounter.objects.filter(team_id=TEAM, account_id=0).update(last=306)
        Tile.objects.filter(account_id=8).delete()
        Checkpoint.objects.filter(account_id=8).delete()
    assert verify() == ""
    assert "or its end cut off" in verify(checkpoint=kept)


def test_what_a_retention_record_covers_may_be_gone(filled: None) -> None:
    RetentionRecord.objects.create(team_id=TEAM, through_number=303, reason="36 months", actor_label="Alex")
    AuditEntry.objects.filter(team_id=TEAM, number__lte=303).exclude(number__in=[5, 301]).delete()
    AuditSubject.objects.filter(team_id=TEAM, number__lte=303).exclude(number__in=[5, 301]).delete()
    assert verify() == ""
    happen(3)
    cover()
    assert verify() == ""
    with without_guard():
        AuditEntry.objects.filter(account_id=CLIENT, account_number=302).delete()
        AuditEntry.objects.filter(number=5).update(code=4)
    said = verify()
    assert "the entry of leaf 301 is gone, and no retention record says why" in said
    assert "entry 5 of the team is not what was covered" in said


def test_one_team_or_one_client_account_can_be_verified_alone(filled: None) -> None:
    with without_guard():
        OF_TEAM.entries.update(code=4)
    assert verify(team=8) == ""
    assert verify(account=CLIENT) == ""
    assert "2 wrong" not in verify(team=TEAM)
    assert "testserver/log/7: 6 entries covered, 6 wrong" in verify(team=TEAM)


def test_what_waits_for_long_is_told(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    happen(1, account_id=None)
    assert verify() == ""
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "has been waiting for a checkpoint since" in verify()


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "x"
    for content in (b"", b"x", b"\0", b"\xff", b"c2sp.org/tlog-proof@v1\n"):
        file.write_bytes(content)
        with pytest.raises(CommandError, match="neither a checkpoint nor a proof"):
            call_command("audit_verify", checkpoint=file)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("audit_verify", checkpoint=tmp_path)
