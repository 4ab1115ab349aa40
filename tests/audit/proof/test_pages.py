"""What auditors take from the proof pages, and what becomes of what they bring."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, RetentionRecord
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import PROOF_BEGINS, Head, Inclusion
from integrations.audit.proof.logs import Log
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from tests.audit.proof.helpers import begin, happen, without_guard
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import errors, html, main_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_account(owner: Membership) -> ClientAccount:
    """A client with five entries, in a team with two of its own, all of them covered."""
    account = ClientAccountFactory(team=owner.team, name="Harbour Lane Coffee")
    happen(5, account.pk, owner.team.pk)
    happen(2, None, owner.team.pk)
    cover()
    return account


def url(account: ClientAccount, name: str, *arguments: Any) -> str:
    return reverse(f"log_proof_{name}", args=[account.team.slug, *arguments])


def entry_of(account: ClientAccount, number: int = 2) -> AuditEntry:
    return AuditEntry.objects.get(account_id=account.pk, account_number=number)


def proof_and_leaf(browser: Client, account: ClientAccount, number: int = 2) -> tuple[bytes, bytes]:
    taken = [browser.get(url(account, name, entry_of(account, number).number)) for name in ("entry", "leaf")]
    assert [answer.status_code for answer in taken] == [200, 200]
    return taken[0].content, taken[1].content


def bring(
    browser: Client, account: ClientAccount, proof: bytes | None, entry: bytes | None = None, text: str = ""
) -> Any:
    files = {
        name: SimpleUploadedFile(name, content)
        for name, content in (("proof", proof), ("entry", entry))
        if content is not None
    }
    return browser.post(url(account, "check"), {"text": text, **files})


def findings(page: Any) -> list[tuple[bool, str]]:
    assert page.status_code == 200, main_words(page)
    return [(finding.is_good, str(finding.words)) for finding in page.context["verdict"].findings]


def test_the_page_lists_the_logs_and_how_far_they_are(browser: Client, client_account: ClientAccount) -> None:
    happen(3, client_account.pk, client_account.team.pk)
    said = main_words(browser.get(reverse("log_proof", args=[client_account.team.slug])))
    assert re.search(r"The team itself 3 0 \d+/", said), said
    assert re.search(r"Harbour Lane Coffee 5 3 \d+/", said)


def test_a_log_has_its_checkpoint_its_key_and_its_folder(browser: Client, client_account: ClientAccount) -> None:
    log = Log(client_account.team.pk, client_account.pk)
    page = html(browser.get(url(client_account, "log", client_account.pk)))
    assert f"{log.origin}+" in page
    note = browser.get(url(client_account, "checkpoint", client_account.pk))
    assert note["Content-Type"] == "text/plain; charset=utf-8"
    assert Head.of(note.content.decode()) == Head(log.origin, 5, log.tree(5).root())
    tile = browser.get(url(client_account, "tile", client_account.pk, "0/000.p/5"))
    assert tile["Content-Type"] == "application/octet-stream"
    assert len(tile.content) == 5 * 32
    packed = b"".join(browser.get(url(client_account, "folder", client_account.pk)).streaming_content)
    with zipfile.ZipFile(io.BytesIO(packed)) as folder:
        assert folder.namelist() == ["checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5"]
        assert folder.read("checkpoint") == note.content
        assert folder.read("tile/0/000.p/5") == tile.content


@pytest.mark.past_the_lines
def test_what_a_log_has_not_is_not_there(browser: Client, client_account: ClientAccount) -> None:
    pk = client_account.pk
    for path in ("0/000", "0/000.p/6", "0/001.p/1", "1/000.p/1", "63/000", "entries/000", "entries/000.p/6", "x"):
        assert browser.get(url(client_account, "tile", pk, path)).status_code == 404, path
    for older in (0, 6, 2**63 - 1):
        assert browser.get(url(client_account, "growth", pk, older)).status_code == 404
    pending = begin(pk, client_account.team.pk)
    for name in ("entry", "leaf"):
        assert browser.get(url(client_account, name, pending.number)).status_code == 404
        assert browser.get(url(client_account, name, 4711)).status_code == 404


def test_a_proof_fits_by_itself_and_against_the_log(browser: Client, client_account: ClientAccount) -> None:
    proof, leaf = proof_and_leaf(browser, client_account)
    assert proof.decode().startswith(f"{PROOF_BEGINS}\nindex 1\n")
    happen(4, client_account.pk, client_account.team.pk)
    cover()
    page = bring(browser, client_account, proof, leaf)
    assert findings(page) == [
        (True, "The checkpoint is signed with a key of this portal."),
        (
            True,
            "What the log had then was signed again in every later checkpoint: nothing of it was exchanged or cut off.",
        ),
        (True, "The entry in the file is what the proof is of."),
        (True, "The entry in the database is what the proof is of."),
    ]
    assert "Everything fits" in main_words(page)
    assert page.context["verdict"].entry == entry_of(client_account)


def test_the_teams_own_entries_are_proved_as_well(browser: Client, client_account: ClientAccount) -> None:
    entry = AuditEntry.objects.filter(team_id=client_account.team.pk, account_id=None).latest("number")
    proof = browser.get(url(client_account, "entry", entry.number)).content
    page = bring(browser, client_account, proof)
    assert all(good for good, _ in findings(page))
    assert page.context["verdict"].entry == entry


def test_a_checkpoint_is_checked_as_text_of_a_mail(browser: Client, client_account: ClientAccount) -> None:
    note = browser.get(url(client_account, "checkpoint", client_account.pk)).content.decode()
    page = bring(browser, client_account, None, text="\r\n" + note.replace("\n", " \r\n").rstrip())
    assert len(findings(page)) == 2
    assert "audit_verify asks it of all" in main_words(page)

    forged = bring(browser, client_account, None, text=note.replace("\n5\n", "\n4\n", 1))
    assert [good for good, _ in findings(forged)] == [False]
    assert all(good for good, _ in findings(page))
    growth = browser.get(url(client_account, "growth", client_account.pk, 5)).content.decode()
    assert growth == f"old 5\n\n{note}"


CHANGED: dict[str, tuple[Callable[[bytes, bytes], tuple[bytes, bytes]], set[int]]] = {
    "the entry that was kept": (lambda proof, leaf: (proof, leaf.replace(b'"attempt":1', b'"attempt":2')), {2}),
    "the place": (lambda proof, leaf: (proof.replace(b"index 1", b"index 2"), leaf), {2, 3}),
    "a hash": (lambda proof, leaf: (_with_hash(proof), leaf), {2, 3}),
    "the size": (lambda proof, leaf: (proof.replace(b"\n5\n", b"\n4\n"), leaf), {0, 1, 2}),
    "the number of entries, beyond the log": (
        lambda proof, leaf: (proof.replace(b"\n5\n", b"\n900\n"), leaf),
        {0, 1, 2},
    ),
}


def _with_hash(proof: bytes) -> bytes:
    read = Inclusion.of(proof.decode())
    return Inclusion(read.index, (bytes(32), *read.hashes[1:]), read.checkpoint).text.encode()


@pytest.mark.parametrize("what", CHANGED)
def test_what_was_changed_does_not_fit(what: str, browser: Client, client_account: ClientAccount) -> None:
    change, wrong = CHANGED[what]
    page = bring(browser, client_account, *change(*proof_and_leaf(browser, client_account)))
    assert {place for place, (good, _) in enumerate(findings(page)) if not good} == wrong
    assert "Something does not fit" in main_words(page)


@pytest.mark.past_the_lines
def test_an_entry_that_was_changed_since_is_told_here_and_on_its_own_page(
    browser: Client, client_account: ClientAccount
) -> None:
    proof, leaf = proof_and_leaf(browser, client_account)
    entry = entry_of(client_account)
    page = reverse("log_entry", args=[client_account.team.slug, entry.number])
    assert "unchanged. Download the proof" in main_words(browser.get(page))
    with without_guard():
        AuditEntry.objects.filter(pk=entry.pk).update(actor_label="Somebody else")
    found = findings(bring(browser, client_account, proof, leaf))
    assert [good for good, _ in found] == [True, True, True, False]
    assert "is not what was signed" in main_words(browser.get(page))
    assert browser.get(url(client_account, "entry", entry.number)).status_code == 404
    with without_guard():
        AuditEntry.objects.filter(pk=entry.pk).delete()
    found = findings(bring(browser, client_account, proof, leaf))
    assert found[3] == (
        False,
        "The log has no such entry any more: it was removed or changed, and no retention record says so.",
    )


@pytest.mark.past_the_lines
def test_an_entry_that_was_removed_by_retention_is_told_as_that(browser: Client, client_account: ClientAccount) -> None:
    proof, leaf = proof_and_leaf(browser, client_account)
    number = entry_of(client_account).number
    team_id = client_account.team.pk
    RetentionRecord.objects.create(team_id=team_id, through_number=number, reason="36 months", actor_label="Alex")
    AuditEntry.objects.filter(team_id=team_id, number__lte=number).delete()
    page = bring(browser, client_account, proof, leaf)
    assert all(good for good, _ in findings(page))
    assert "removed by a retention record" in main_words(page)
    assert "By Alex" in main_words(page)
    assert browser.get(url(client_account, "tile", client_account.pk, "0/000.p/5")).status_code == 200
    assert browser.get(url(client_account, "tile", client_account.pk, "entries/000.p/5")).status_code == 404


NEITHER = "This is neither a proof nor a checkpoint of this portal, or a part of it is missing."


def test_other_files_are_told_at_their_field(browser: Client, client_account: ClientAccount) -> None:
    proof, _leaf = proof_and_leaf(browser, client_account)
    for content in (b"x", b"\xff\xfe", b"\0", proof[:-20], proof[1:], PROOF_BEGINS.encode(), b"%PDF-1.7\n"):
        assert errors(bring(browser, client_account, content)) == {"proof": [NEITHER]}
    assert errors(bring(browser, client_account, None, text="x")) == {"text": [NEITHER]}
    empty = {"proof": ["Please choose a file that is not empty, or paste the text."]}
    assert errors(bring(browser, client_account, None)) == empty
    assert errors(bring(browser, client_account, b"")) == empty
    assert "too large" in errors(bring(browser, client_account, b"x" * 70_000))["proof"][0]
    assert "too large" in errors(bring(browser, client_account, proof, b"x" * 1_100_000))["entry"][0]
    assert bring(browser, client_account, b"x" * 3_000_000).status_code == 413


def test_what_is_of_another_team_is_told_nothing_of(browser: Client, client_account: ClientAccount) -> None:
    stranger = MembershipFactory(role=Role.OWNER)
    theirs = ClientAccountFactory(team=stranger.team)
    happen(1, theirs.pk, stranger.team.pk)
    cover()
    for log in (Log(stranger.team.pk, theirs.pk), Log(stranger.team.pk), Log(0)):
        note = log.newest().note if log.newest() else Log(stranger.team.pk, theirs.pk).newest().note  # type: ignore[union-attr]
        assert "not your team's" in errors(bring(browser, client_account, note.encode()))["proof"][0]
    browser.force_login(stranger.user)
    assert browser.get(url(client_account, "checkpoint", client_account.pk)).status_code == 404


def test_who_is_limited_proves_their_clients_and_not_the_team(client: Client, client_account: ClientAccount) -> None:
    team = client_account.team
    other = ClientAccountFactory(team=team, name="Old Town Books")
    happen(1, other.pk, team.pk)
    cover()
    auditor = MembershipFactory(team=team, role=Role.AUDITOR)
    set_limit(auditor, [client_account], actor(auditor.user))
    client.force_login(auditor.user)
    said = main_words(client.get(reverse("log_proof", args=[team.slug])))
    assert "Harbour Lane Coffee" in said
    assert "Old Town Books" not in said
    assert "The team itself" not in said
    for log in (other.pk, 0):
        for name in ("log", "checkpoint", "folder"):
            assert client.get(url(client_account, name, log)).status_code == 404
    own = AuditEntry.objects.filter(team_id=team.pk, account_id=None).first()
    assert own is not None
    assert client.get(url(client_account, "entry", own.number)).status_code == 404
    note = Log(team.pk, other.pk).newest()
    assert note is not None
    assert "may not see" in errors(bring(client, client_account, note.note.encode()))["proof"][0]


def test_an_entry_that_waits_says_so_and_who_may_prove_nothing_reads_nothing(
    browser: Client, client_account: ClientAccount
) -> None:
    happen(1, client_account.pk, client_account.team.pk)
    page = reverse("log_entry", args=[client_account.team.slug, entry_of(client_account, 6).number])
    assert "Not covered by a checkpoint yet" in main_words(browser.get(page))
    browser.force_login(MembershipFactory(team=client_account.team, role=Role.VIEWER).user)
    assert "checkpoint" not in main_words(browser.get(page))


def test_the_queries_of_the_page_do_not_depend_on_the_number_of_clients(
    browser: Client, client_account: ClientAccount
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("log_proof", args=[client_account.team.slug]))
        return len(captured)

    queries()
    before = queries()
    for _ in range(3):
        happen(1, ClientAccountFactory(team=client_account.team).pk, client_account.team.pk)
    cover()
    assert queries() == before
