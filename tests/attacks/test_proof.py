"""Asking for proofs that are dear to make: what one checkpoint covers are thousands of entries."""

import pytest

from integrations.audit.models import AuditEntry, RetentionRecord
from integrations.audit.proof import canonical
from integrations.audit.proof.covering import cover
from integrations.audit.proof.folder import packed
from integrations.audit.proof.logs import Log
from tests.audit.proof.helpers import TEAM, execute, happen, without_guard

pytestmark = [pytest.mark.django_db, pytest.mark.past_the_lines]
ENTRIES = 600


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the entries whose canonical form is made."""
    numbers: list[int] = []
    plain = canonical.leaf_of

    def counted(entry: dict[str, int], subjects: list[tuple[str, ...]]) -> bytes:
        numbers.append(entry["number"])
        return plain(entry, subjects)

    happen(ENTRIES, account_id=None)
    cover()
    monkeypatch.setattr(canonical, "leaf_of", counted)
    return numbers


def test_the_folder_of_a_log_makes_each_entry_once(made: list[int]) -> None:
    log = Log(TEAM)
    newest = log.newest()
    assert newest
    assert newest.size == ENTRIES
    assert len(b"".join(packed(log, newest))) > ENTRIES
    assert sorted(made) == list(range(1, ENTRIES + 1))


def test_an_entry_is_found_at_its_place_also_where_older_ones_are_gone(made: list[int]) -> None:
    log = Log(TEAM)
    for index in (0, 17, ENTRIES - 1):
        found = log.entry_at(index)
        assert found
        assert found.number == index + 1
    RetentionRecord.objects.create(team_id=TEAM, through_number=100, reason="old", actor_label="Alex")
    AuditEntry.objects.filter(team_id=TEAM, number__lte=100).delete()
    found = log.entry_at(250)
    assert found
    assert found.number == 251
    assert len(made) == 4


def test_an_entry_is_found_elsewhere_where_another_one_is_gone(made: list[int]) -> None:
    log = Log(TEAM)
    with without_guard():
        execute("DELETE FROM audit_auditsubject WHERE number = 300")
        execute("DELETE FROM audit_auditentry WHERE number = 300")
    found = log.entry_at(17)
    assert found
    assert found.number == 18
    assert log.entry_at(299) is None
