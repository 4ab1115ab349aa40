"""Go's own implementation of signed notes and trees agrees with what the log gives out; see docs/check-log."""

import os
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from integrations.audit.models import AuditEntry
from integrations.audit.proof import covering, keys
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import Head, Inclusion
from integrations.audit.proof.logs import Log
from integrations.audit.proof.merkle import leaf_hash
from tests.audit.proof.helpers import happen
from tests.factories import ClientAccountFactory

pytestmark = pytest.mark.django_db

PROGRAM = settings.BASE_DIR / "docs" / "check-log" / "main.go"
PACKAGES = "/usr/share/gocode"
"""Where Debian's golang-golang-x-mod-dev has them."""


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("check-log") / "check-log"
    environment = {"GO111MODULE": "off", "GOPATH": PACKAGES, "GOFLAGS": "", "GOCACHE": str(built.parent / "cache")}
    try:
        subprocess.run(
            ["go", "build", "-o", built, PROGRAM], env=os.environ | environment, check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("REQUIRE_GO"):
            raise
        pytest.skip(f"Go with golang.org/x/mod is not installed: {error}")
    return built


class Auditor:
    """Somebody who takes files from the portal and asks the Go program about them."""

    def __init__(self, program: Path, folder: Path, browser: Client, log: Log, team: str) -> None:
        self.program, self.folder, self.browser, self.log, self.team = program, folder, browser, log, team

    def take(self, name: str, page: str, *arguments: Any) -> Path:
        return self.fetch(name, reverse(f"log_proof_{page}", args=[self.team, *arguments]))

    def fetch(self, name: str, url: str) -> Path:
        answer: Any = self.browser.get(url)
        assert answer.status_code == 200
        path = self.folder / name
        path.write_bytes(answer.getvalue())
        return path

    def ask(self, question: str, *files: Path, log: Log | None = None) -> tuple[int, str]:
        (key,) = keys.known((log or self.log).origin)
        done = subprocess.run([self.program, question, key.vkey, *files], capture_output=True, text=True, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()


@pytest.fixture
def auditor(program: Path, tmp_path: Path, browser: Client, owner: Membership) -> Auditor:
    account = ClientAccountFactory(team=owner.team)
    return Auditor(program, tmp_path, browser, Log(owner.team.pk, account.pk), owner.team.slug)


def changed(file: Path, before: bytes, after: bytes) -> Path:
    content = file.read_bytes()
    assert before in content
    other = file.with_name(f"changed-{file.name}")
    other.write_bytes(content.replace(before, after, 1))
    return other


def grow(auditor: Auditor, count: int) -> None:
    happen(count, auditor.log.account_id, auditor.log.team_id)
    cover()


def test_go_verifies_checkpoint_entry_and_growth(auditor: Auditor) -> None:
    account_id = auditor.log.account_id
    grow(auditor, 3)
    older = auditor.take("older.txt", "checkpoint", account_id)
    grow(auditor, 8)
    newer = auditor.take("newer.txt", "checkpoint", account_id)
    growth = auditor.take("growth.txt", "growth", account_id, 3)

    assert auditor.ask("checkpoint", older)[1].startswith("good: signed over 3 entries, root ")
    assert auditor.ask("grown", older, growth) == (0, "good: the 3 entries are the first of the 11")
    for number in (1, 7, 11):
        entry = AuditEntry.objects.get(account_id=account_id, account_number=number)
        proof = auditor.take("entry.tlog-proof", "entry", entry.number)
        leaf = auditor.take("entry.json", "leaf", entry.number)
        said = auditor.ask("entry", leaf, proof)
        assert said == (0, f"good: the entry is number {number} of the 11 in the log")
        assert auditor.ask("entry", changed(leaf, b'"attempt":1', b'"attempt":2'), proof)[0] == 1
        assert auditor.ask("entry", leaf, changed(proof, b"index ", b"index 1"))[0] == 1
    assert auditor.ask("checkpoint", changed(newer, b"\n11\n", b"\n12\n"))[0] == 1
    assert auditor.ask("checkpoint", newer, log=Log(auditor.log.team_id))[0] == 1
    assert auditor.ask("grown", newer, growth)[0] == 1
    assert auditor.ask("grown", changed(older, b"\n3\n", b"\n2\n"), growth)[0] == 1


def test_go_notices_that_an_entry_was_left_out_before_the_client_accounts_log_was_signed(auditor: Auditor) -> None:
    leaf = auditor.folder / "entry.json"
    leaf.write_bytes(b'{"account_number":2}')
    head = Head(auditor.log.origin, 1, leaf_hash(leaf.read_bytes()))
    proof = auditor.folder / "entry.tlog-proof"
    proof.write_text(Inclusion(0, (), keys.sign(head.text, head.origin)).text, newline="\n")
    said = auditor.ask("entry", leaf, proof)
    assert said == (1, "WRONG: the entry is the client account's number 2 and stands at 1")


def test_go_verifies_a_whole_log(auditor: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "AT_ONCE", 100)
    grow(auditor, 530)
    packed = auditor.take("log.zip", "folder", auditor.log.account_id)
    folder = auditor.folder / "log"
    with zipfile.ZipFile(BytesIO(packed.read_bytes())) as archive:
        archive.extractall(folder)
    said = "good: the tree of 530 entries is the one that was signed; 530 entries themselves are in the folder"
    assert auditor.ask("folder", folder) == (0, said)
    tile = folder / "tile" / "0" / "001"
    whole = tile.read_bytes()
    tile.write_bytes(bytes(32) + whole[32:])
    assert auditor.ask("folder", folder)[0] == 1
    tile.write_bytes(whole)
    bundle = folder / "tile" / "entries" / "001"
    bundle.write_bytes(bundle.read_bytes().replace(b'"attempt":1', b'"attempt":2', 1))
    assert auditor.ask("folder", folder) == (1, "WRONG: entry 257 is not what was signed")


def test_go_verifies_an_export_and_that_none_was_left_out(auditor: Auditor) -> None:
    grow(auditor, 9)
    happen(2, auditor.log.account_id, auditor.log.team_id)
    name, team = auditor.log.origin, Log(auditor.log.team_id)
    whole = auditor.fetch("whole.jsonl", reverse("log_export_proved_log", args=[auditor.team, auditor.log.account_id]))
    unproved = "2 without a proof: not covered by a checkpoint yet"
    said = f"{unproved}\ngood: all 9 entries of {name} are here, as they were signed; none was left out"
    assert auditor.ask("export", whole) == (0, said)
    assert auditor.ask("export", whole, log=team) == (0, said)

    lines = whole.read_bytes().splitlines(keepends=True)
    part = auditor.folder / "part.jsonl"
    part.write_bytes(b"".join(lines[:4] + lines[5:9]))
    assert auditor.ask("export", part) == (0, f"good: 8 of the 9 entries of {name} are here, as they were signed")
    twice = auditor.folder / "twice.jsonl"
    twice.write_bytes(b"".join(lines[:8] + lines[:1]))
    assert auditor.ask("export", twice)[1].startswith("good: 8 of the 9 ")
    for before, after in ((rb"attempt\":1", rb"attempt\":2"), (rb"index 0\n", rb"index 1\n"), (rb"\n9\n", rb"\n8\n")):
        status, told = auditor.ask("export", changed(whole, before, after))
        assert (status, told[:15]) == (1, "WRONG: line 1: ")
    cut = auditor.folder / "cut.jsonl"
    cut.write_bytes(whole.read_bytes()[:-20])
    assert auditor.ask("export", cut)[0] == 1

    found = auditor.fetch("found.jsonl", reverse("log_export_proved", args=[auditor.team]) + "?q=kind:any")
    cover()
    told = auditor.ask("export", found)[1]
    assert f"good: all 9 entries of {name} are here" in told
    assert unproved[2:] in told
