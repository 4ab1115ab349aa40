"""An export whose lines prove themselves: by pymerkle here, by Go's packages in proof/test_foreign_code."""

import json
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pymerkle import InmemoryTree

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.export.proved import CHANGED, NOT_COVERED, SEEN_IN_PART, UNDER_WAY, UNKNOWN_FORM
from integrations.audit.models import AuditEntry
from integrations.audit.proof import covering
from integrations.audit.proof.canonical import leaf
from integrations.audit.proof.covering import cover
from integrations.audit.proof.formats import Head, Inclusion
from integrations.audit.proof.merkle import leaf_hash, root_by_inclusion
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from tests.audit.proof.helpers import begin, execute, happen, without_guard
from tests.factories import ClientAccountFactory, MembershipFactory, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(owner: Membership, monkeypatch: pytest.MonkeyPatch) -> ClientAccount:
    """A client with seven entries under three checkpoints, and as many of the team's own."""
    account = ClientAccountFactory(team=owner.team, name="Bergwind")
    monkeypatch.setattr(covering, "AT_ONCE", 3)
    for _ in range(7):
        happen(1, account.pk, owner.team.pk)
        happen(1, None, owner.team.pk)
    cover()
    return account


def exported(browser: Client, account: ClientAccount, query: str = "", log: int | None = None) -> list[dict[str, Any]]:
    path = "" if log is None else f"{log}/"
    response: Any = browser.get(f"/t/{account.team.slug}/log/export/proved/{path}", {"q": query} if query else {})
    assert response.status_code == 200, response
    return [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]


def index_of(line: dict[str, Any]) -> int:
    """Where the entry of a line is in its log, as its proof says and proves."""
    proof = Inclusion.of(line["proof"])
    head = Head.of(proof.checkpoint)
    hashed = leaf_hash(line["entry"].encode())
    assert root_by_inclusion(hashed, proof.index, head.size, proof.hashes) == head.root
    return proof.index


def test_each_entry_that_a_search_finds_has_its_proof(browser: Client, account: ClientAccount) -> None:
    lines = exported(browser, account, f"client:#{account.pk}")
    entries = AuditEntry.objects.filter(account_id=account.pk).order_by("-number")
    assert [line["entry"].encode() for line in lines] == [leaf(entry) for entry in entries]
    assert [index_of(line) for line in lines] == [6, 5, 4, 3, 2, 1, 0]
    assert len({Inclusion.of(line["proof"]).checkpoint for line in lines}) == 1
    of_team = exported(browser, account, f"client:none until:{timezone.localdate()}")
    assert sorted(index_of(line) for line in of_team if "proof" in line) == list(range(8))


@pytest.mark.parametrize("of_team", [False, True])
def test_the_root_of_a_whole_log_follows_from_its_lines(browser: Client, account: ClientAccount, of_team: bool) -> None:
    log = 0 if of_team else account.pk
    lines = [line for line in exported(browser, account, log=log) if "proof" in line]
    head = Head.of(Inclusion.of(lines[-1]["proof"]).checkpoint)
    tree = InmemoryTree(algorithm="sha256")
    for line in lines:
        tree.append_entry(line["entry"].encode())
    assert len(lines) == head.size == (8 if of_team else 7)
    assert tree.get_root() == head.root
    for line in lines:
        index = index_of(line)
        assert list(Inclusion.of(line["proof"]).hashes) == tree.prove_inclusion(index + 1, head.size).path[1:]


def test_what_has_no_proof_says_why(browser: Client, account: ClientAccount) -> None:
    happen(1, account.pk, account.team.pk)
    pending = begin(account.pk, account.team.pk)
    with without_guard():
        execute("UPDATE audit_auditentry SET attempt = 2 WHERE account_id = %s AND account_number = 2", account.pk)
        execute("UPDATE audit_auditentry SET version = 9 WHERE account_id = %s AND account_number = 3", account.pk)
    lines = exported(browser, account, log=account.pk)
    assert [line.get("unproved") for line in lines] == [
        *(None, CHANGED, UNKNOWN_FORM, None, None, None, None),
        *(NOT_COVERED, UNDER_WAY),
    ]
    assert lines[8] == {"number": pending.number, "unproved": UNDER_WAY}
    assert '"account_number":8' in lines[7]["entry"]
    with without_guard():
        execute("UPDATE log_proof_tile SET hashes = %s", b"\0" * 32)
    assert {line["unproved"] for line in exported(browser, account, log=account.pk)[3:7]} == {CHANGED}


def test_a_checkpoint_that_is_made_while_it_is_sent_changes_nothing(browser: Client, account: ClientAccount) -> None:
    response: Any = browser.get(f"/t/{account.team.slug}/log/export/proved/{account.pk}/")
    happen(3, account.pk, account.team.pk)
    cover()
    lines = [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]
    assert [index_of(line) for line in lines] == list(range(7))
    assert Head.of(Inclusion.of(lines[0]["proof"]).checkpoint).size == 7


def test_that_a_whole_log_is_handed_over_is_logged(browser: Client, account: ClientAccount) -> None:
    for log, told in ((account.pk, f"client:#{account.pk} kind:any"), (0, "client:none kind:any")):
        exported(browser, account, log=log)
        entry = AuditEntry.objects.latest("number")
        assert entry.sentence == "log_export.exported"
        assert entry.parameters["search"] == told
        assert entry.parameters["format"] == {"word": "JSON Lines with proofs"}


def test_who_is_limited_gets_proofs_of_their_clients_alone(account: ClientAccount) -> None:
    other = ClientAccountFactory(team=account.team, name="Hafenkaffee")
    happen(1, other.pk, account.team.pk)
    auditor = MembershipFactory(team=account.team, role=Role.AUDITOR)
    set_limit(auditor, [account], actor())
    browser = Client()
    browser.force_login(auditor.user)
    exported(browser, account)
    cover()
    lines = exported(browser, account)
    unproved = [line for line in lines if "proof" not in line]
    assert {(line["unproved"], json.loads(line["entry"])["actor_id"]) for line in unproved} == {
        (SEEN_IN_PART, auditor.user_id)
    }
    assert len(lines) == 7 + len(unproved)
    for log in (0, other.pk):
        assert browser.get(f"/t/{account.team.slug}/log/export/proved/{log}/").status_code == 404


def test_the_log_is_named_that_a_proof_is_of(browser: Client, account: ClientAccount) -> None:
    first = exported(browser, account, log=account.pk)[0]["proof"]
    name = f"testserver/log/{account.team.pk}/{account.pk}"
    size_and_root = f"7\n{b64encode(Head.of(Inclusion.of(first).checkpoint).root).decode()}"
    assert Inclusion.of(first).checkpoint.startswith(f"{name}\n{size_and_root}\n\n— {name} ")
