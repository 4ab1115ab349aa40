"""What the log learns of the names of contacts, and keeps within bounds."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.audit import links
from integrations.audit.links import links_of, names_of
from integrations.audit.models import Kind, Outcome, SubjectKind, SubjectLink
from integrations.audit.reading import contact_id_beside
from integrations.audit.recorder import Action, AuditEntry, Scope, entry_of, store
from integrations.audit.subjects import Subject, search_hashes
from integrations.contacts.sentences import CONTACT_OPENED
from tests.factories import actor

pytestmark = [pytest.mark.django_db, pytest.mark.past_the_lines]

SCOPE = Scope(7, 3, "Bergwind")


def met(contact_id: str, *addresses: str) -> int:
    """A contact is read; returns the number of the entry."""
    action = Action(CONTACT_OPENED, actor())
    entry = entry_of(action, SCOPE, Kind.READ, call=action.id, started_at=timezone.now())
    store(entry, [])
    names = [Subject(SubjectKind.EMAIL, address) for address in addresses]
    links.learn(entry, [[Subject(SubjectKind.CONTACT, contact_id), *names]])
    AuditEntry.objects.filter(pk=entry.pk).update(outcome=Outcome.DONE)
    return entry.number


def times(contact_id: str, address: str) -> list[tuple[int, int | None]]:
    """When the log takes the address for the contact's."""
    found = names_of(links_of(7, 3), search_hashes(Subject(SubjectKind.CONTACT, contact_id), 7))
    (hashed,) = search_hashes(Subject(SubjectKind.EMAIL, address), 7)
    return [(name.since, name.until) for name in found if name.hash == hashed]


def test_what_is_known_is_not_kept_again() -> None:
    for _ in range(3):
        met("5", "ada@klick-tipp.team")
    assert SubjectLink.objects.count() == 2


def test_an_address_is_anothers_from_when_it_was_given_up() -> None:
    met("5", "ada@klick-tipp.team")
    moved = met("5", "bea@klick-tipp.team")
    taken = met("6", "ada@klick-tipp.team")
    assert times("5", "ada@klick-tipp.team") == [(0, moved)]
    assert times("6", "ada@klick-tipp.team") == [(taken, None)]


def test_it_may_be_learned_later_that_it_was_given_up() -> None:
    met("5", "ada@klick-tipp.team")
    taken = met("6", "ada@klick-tipp.team")
    met("5", "bea@klick-tipp.team")
    assert times("5", "ada@klick-tipp.team") == [(0, taken)]
    assert times("6", "ada@klick-tipp.team") == [(taken, None)]


def test_people_who_are_told_to_share_an_address_add_nothing_each_time() -> None:
    for _ in range(5):
        for contact_id in ("5", "6", "7"):
            met(contact_id, "ada@klick-tipp.team")
    assert SubjectLink.objects.count() == 6


def test_who_changes_to_and_fro_keeps_the_first_address() -> None:
    met("5", "first@klick-tipp.team")
    for number in range(60):
        met("5", f"{'bc'[number % 2]}@klick-tipp.team")
    assert times("5", "first@klick-tipp.team") == [(0, 2)]
    assert len(times("5", "b@klick-tipp.team")) == 1


def test_a_number_is_whose_it_is_now() -> None:
    address = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")
    met("5", "ada@klick-tipp.team")
    met("6", "ada@klick-tipp.team")
    assert contact_id_beside(SCOPE, address) == "6"
    met("6", "bea@klick-tipp.team")
    assert contact_id_beside(SCOPE, address) == "5"
    met("5", "carla@klick-tipp.team")
    assert contact_id_beside(SCOPE, address) == ""


def test_who_changes_to_and_fro_very_often_loses_no_name_and_asks_no_more() -> None:
    met("5", "first@klick-tipp.team")
    for number in range(520):
        met("5", f"{'bc'[number % 2]}@klick-tipp.team")
    met("5", "last@klick-tipp.team")
    assert SubjectLink.objects.filter(kind=SubjectKind.CONTACT).count() == 1
    assert times("5", "first@klick-tipp.team") == [(0, 2)]
    assert len(times("5", "b@klick-tipp.team")) == len(times("5", "c@klick-tipp.team")) == 1
    assert times("5", "last@klick-tipp.team") == [(0, None)]
    with CaptureQueriesContext(connection) as asked:
        names_of(links_of(7, 3), search_hashes(Subject(SubjectKind.CONTACT, "5"), 7))
    assert len(asked) == 3


def test_all_of_a_thousand_addresses_find_their_entries() -> None:
    met("5", *(f"{number}@klick-tipp.team" for number in range(1_100)))
    names = names_of(links_of(7, 3), search_hashes(Subject(SubjectKind.CONTACT, "5"), 7))
    assert len(names) == 1_101
    later = entry_of(Action(CONTACT_OPENED, actor()), SCOPE, Kind.READ, call=uuid4(), started_at=timezone.now())
    store(later, [Subject(SubjectKind.EMAIL, "1099@klick-tipp.team")])
    assert list(links.about(AuditEntry.objects.all(), 7, names)) == [later]
