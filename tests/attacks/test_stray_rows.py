"""Checkpoints and tiles by somebody who may write into the database, with its guard in place."""

import io
import json
import logging
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.export.proved import NOT_COVERED
from integrations.audit.models import AuditEntry
from integrations.audit.proof import merkle, notes, timestamps
from integrations.audit.proof.canonical import leaf
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import Head, Inclusion
from integrations.audit.proof.logs import Log
from integrations.audit.proof.mailing import mail_checkpoints
from integrations.audit.proof.models import Checkpoint, Tile, TimeStamp
from integrations.clients.models import ClientAccount
from tests.audit.proof.helpers import happen
from tests.audit.proof.test_timestamps import Authority
from tests.factories import ClientAccountFactory
from tests.pages import main_words

pytestmark = pytest.mark.django_db

STOPPED = "No further checkpoint is made of this log."
SOMEBODYS = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)


@pytest.fixture(params=["client", "team"])
def log(request: pytest.FixtureRequest, owner: Membership) -> Log:
    """A log of three covered entries, which others stand beside."""
    account: ClientAccount = ClientAccountFactory(team=owner.team)
    found = Log(owner.team.pk, account.pk if request.param == "client" else 0)
    for account_id in (found.account_id or None, None if found.account_id else account.pk):
        happen(3, account_id, owner.team.pk)
    cover()
    return found


def newest(log: Log) -> Checkpoint:
    found = log.newest()
    assert found
    return found


def add_checkpoint(log: Log, size: int, note: str, **columns: Any) -> None:
    place = {"team_id": log.team_id, "account_id": log.account_id}
    Checkpoint.objects.create(**place | {"size": size, "through_number": 10**9 + size, "note": note} | columns)


def add_tile(log: Log, level: int, index: int) -> None:
    Tile.objects.create(team_id=log.team_id, account_id=log.account_id, level=level, index=index, hashes=b"\1" * 32)


def lengthen_tile(log: Log) -> bytes:
    hashes = bytes(log.tiles.get().hashes) + b"\1" * 32
    log.tiles.update(hashes=hashes)
    return hashes


def forge_both(log: Log) -> None:
    """A leaf of one's own under a root that fits."""
    root = merkle.root_over(merkle.hashes_in(lengthen_tile(log)))
    size = newest(log).size + 1
    add_checkpoint(log, size, notes.sign(Head(log.origin, size, root).text, log.origin, SOMEBODYS))


def cover_unsigned(log: Log) -> AuditEntry:
    """One more entry, with its true leaf, under a checkpoint of a past day that nobody of the portal's has signed."""
    happen(1, log.account_id or None, log.team_id)
    entry = log.entries.last()
    assert entry
    hashes = bytes(log.tiles.get().hashes) + merkle.leaf_hash(leaf(entry))
    log.tiles.update(hashes=hashes)
    size, root = len(hashes) // merkle.HASH_SIZE, merkle.root_over(merkle.hashes_in(hashes))
    note = notes.sign(Head(log.origin, size, root).text, log.origin, SOMEBODYS)
    add_checkpoint(log, size, note, through_number=entry.number, created_at=datetime(2020, 1, 1, tzinfo=UTC))
    return entry


STRAY: dict[str, Callable[[Log], object]] = {
    "a checkpoint beyond the end": lambda log: add_checkpoint(log, 10**9, "x"),
    "a checkpoint over what is not covered yet": lambda log: add_checkpoint(log, newest(log).size + 1, "x"),
    "an older checkpoint once more": lambda log: add_checkpoint(log, newest(log).size + 1, newest(log).note),
    "a tile in the next place": lambda log: add_tile(log, 0, 1),
    "a tile of a higher level": lambda log: add_tile(log, 1, 0),
    "a longer tile": lengthen_tile,
    "a leaf and a checkpoint that fits": forge_both,
}


@pytest.mark.parametrize("what", STRAY)
def test_it_is_told_wherever_somebody_looks_and_nothing_is_signed_over_it(
    log: Log, owner: Membership, browser: Client, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    assert STOPPED not in page_of(browser, owner, log)
    cover()
    STRAY[what](log)
    strays = log.checkpoints.count()
    assert STOPPED in page_of(browser, owner, log)

    of_log, of_other = (log.account_id or None, None if log.account_id else owner.team.accounts.get().pk)
    happen(2, of_log, owner.team.pk)
    happen(1, of_other, owner.team.pk)
    assert cover() == 1
    told = [(each.levelname, each.getMessage()) for each in caplog.records if each.levelno > logging.INFO]
    assert told == [("ERROR", f"No checkpoint is made of {log.origin}.")]
    assert log.checkpoints.count() == strays

    wrong = io.StringIO()
    with pytest.raises(CommandError):
        call_command("audit_verify", stdout=io.StringIO(), stderr=wrong)
    assert f"{log.origin}: " in wrong.getvalue()


@pytest.mark.parametrize("what", STRAY)
def test_pages_and_files_stand_it(log: Log, owner: Membership, browser: Client, what: str) -> None:
    STRAY[what](log)
    happen(2, log.account_id or None, owner.team.pk)
    entry = log.entries.last()
    assert entry
    files = ("checkpoint", "folder.zip", "growth/1", "tile/0/000.p/3", "tile/0/001.p/1", "tile/entries/000.p/3")
    for path in (
        "",
        f"{entry.number}/",
        "proof/",
        f"proof/entries/{entry.number}.tlog-proof",
        f"export/proved/{log.account_id}/",
        *(f"proof/{log.account_id}/{file}" for file in files),
    ):
        answer = browser.get(f"/t/{owner.team.slug}/log/{path}")
        assert answer.status_code in (200, 302, 404), path
        if answer.streaming:
            b"".join(answer.streaming_content)


def page_of(browser: Client, owner: Membership, log: Log) -> str:
    return browser.get(f"/t/{owner.team.slug}/log/proof/{log.account_id}/").content.decode()


def test_a_time_stamp_of_the_future_does_not_end_the_stamping(log: Log, owner: Membership) -> None:
    place = {"team_id": log.team_id, "account_id": log.account_id}
    later = timezone.now() + timedelta(days=36500)
    TimeStamp.objects.create(**place, size=newest(log).size, answer=b"", told_at=later, created_at=later)
    assert log not in timestamps._due()
    happen(1, log.account_id or None, owner.team.pk)
    cover()
    assert log in timestamps._due()


def test_no_page_believes_a_checkpoint_that_the_portal_has_not_signed(
    log: Log, owner: Membership, browser: Client
) -> None:
    cover()
    before = log.entries.last()
    assert before
    entry = cover_unsigned(log)
    pages = {
        path: main_words(browser.get(f"/t/{owner.team.slug}/log/{path}"))
        for path in (f"{entry.number}/", f"{before.number}/", "proof/")
    }
    assert "is not proved The database has a checkpoint over this entry that the portal" in pages[f"{entry.number}/"]
    assert "Covered by a checkpoint, unchanged. Download the proof" in pages[f"{before.number}/"]
    assert "– – not signed by the portal" in pages["proof/"]
    assert not any("2020" in words for words in pages.values())


def test_no_file_has_a_checkpoint_that_the_portal_has_not_signed(log: Log, owner: Membership, browser: Client) -> None:
    cover()
    before, signed = log.entries.last(), newest(log)
    assert before
    entry = cover_unsigned(log)

    def get(path: str) -> Any:
        return browser.get(f"/t/{owner.team.slug}/log/{path}")

    assert get(f"proof/entries/{entry.number}.tlog-proof").status_code == 404
    assert get(f"proof/{log.account_id}/tile/0/000.p/{signed.size + 1}").status_code == 404
    assert Inclusion.of(get(f"proof/entries/{before.number}.tlog-proof").content.decode()).checkpoint == signed.note
    assert get(f"proof/{log.account_id}/checkpoint").content.decode() == signed.note
    assert get(f"proof/{log.account_id}/growth/1").content.decode().endswith(signed.note)
    page = page_of(browser, owner, log)
    assert signed.note in page
    assert newest(log).note not in page
    with zipfile.ZipFile(io.BytesIO(b"".join(get(f"proof/{log.account_id}/folder.zip").streaming_content))) as folder:
        assert folder.read("checkpoint").decode() == signed.note
    exported = b"".join(get(f"export/proved/{log.account_id}/").streaming_content)
    lines = [json.loads(line) for line in exported.splitlines()]
    proofs = [Inclusion.of(line["proof"]).checkpoint for line in lines if "proof" in line]
    assert proofs == [signed.note] * signed.size
    assert [line["unproved"] for line in lines if json.loads(line["entry"])["number"] == entry.number] == [NOT_COVERED]


def test_no_mail_quotes_a_checkpoint_that_the_portal_has_not_signed(
    log: Log, owner: Membership, mailoutbox: list[Any]
) -> None:
    owner.team.log_recipients.create(email="x@example.org", account_id=log.account_id)
    cover()
    entry = cover_unsigned(log)
    add_checkpoint(log, 10**9, "Your account is at risk: https://phish.example", through_number=entry.number + 1)
    assert mail_checkpoints() == 1
    body = mailoutbox[-1].body
    assert "phish" not in body
    stray = log.checkpoints.filter(through_number__gte=entry.number)
    assert not any(note in body for note in stray.values_list("note", flat=True))
    assert "No further checkpoint is made of these logs." in body
    assert f"Please tell {owner.team}.\n{log.origin}\n" in body
    others = Log(owner.team.pk, owner.team.accounts.get().pk)
    assert (newest(others).note in body) == (log != others)


def test_a_checkpoint_was_not_signed_again_by_a_row_that_nobody_has_signed(
    log: Log, owner: Membership, browser: Client
) -> None:
    cover()
    kept = newest(log).note
    cover_unsigned(log)
    said = main_words(browser.post(f"/t/{owner.team.slug}/log/proof/check/", {"text": kept}))
    assert "no The log has grown from this checkpoint, but has a later one now that the portal has not signed." in said
    assert "signed again" not in said


def test_a_time_stamp_that_no_authority_has_given_is_none(
    log: Log, owner: Membership, browser: Client, settings: Any, tmp_path: Path
) -> None:
    place = {"team_id": log.team_id, "account_id": log.account_id, "size": newest(log).size}
    TimeStamp.objects.create(**place, answer=b"junk", told_at=datetime(2019, 1, 1, tzinfo=UTC))
    for roots, told in (("", False), (str(Authority(tmp_path).roots), True)):
        settings.LOG_TIMESTAMP_ROOTS = roots
        page = page_of(browser, owner, log)
        assert "2019" not in page
        assert ("It is not of this checkpoint, or of no authority" in page) == told
        assert "stamp.tsr" not in page
        for name in ("stamp.tsr", "stamped"):
            path = f"/t/{owner.team.slug}/log/proof/{log.account_id}/{name}"
            assert browser.get(path).status_code == 404, (name, roots)


def test_no_checkpoint_is_stamped_that_the_portal_has_not_signed(
    log: Log, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOG_TIMESTAMP_URL = "https://stamp.example.com"
    stamped: list[Checkpoint] = []
    monkeypatch.setattr(timestamps, "stamp", lambda checkpoint, _ends: stamped.append(checkpoint))
    cover_unsigned(log)
    assert timestamps.stamp_checkpoints() == len(stamped) > 0
    assert newest(log) not in stamped
