from datetime import timedelta

import pytest
from django.utils import timezone, translation

from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.lists import forget_tag, keep, load, remember_new_tag, remember_tag_name
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from tests.factories import ClientAccountFactory, actor
from tests.pages import as_typed

pytestmark = pytest.mark.django_db


def test_a_new_tag_joins_the_last_known_list_which_keeps_its_age() -> None:
    account = ClientAccountFactory()
    keep(account, ReferenceKind.TAGS, [{"id": 1, "name": "Newsletter"}])
    yesterday = timezone.now() - timedelta(days=1)
    ReferenceSnapshot.objects.update(fetched_at=yesterday)
    for _ in range(2):
        remember_new_tag(account, 2, "Herbst 2026")
    snapshot = ReferenceSnapshot.objects.get()
    assert snapshot.items == [{"id": 1, "name": "Newsletter"}, {"id": 2, "name": "Herbst 2026"}]
    assert snapshot.fetched_at == yesterday


def test_a_new_tag_alone_is_no_list() -> None:
    remember_new_tag(ClientAccountFactory(), 2, "Herbst 2026")
    assert not ReferenceSnapshot.objects.exists()


def test_renamed_and_deleted_tags_change_the_last_known_list_which_keeps_its_age() -> None:
    account = ClientAccountFactory()
    keep(account, ReferenceKind.TAGS, [{"id": 1, "name": "Newsletter"}, {"id": 2, "name": "VIP"}])
    yesterday = timezone.now() - timedelta(days=1)
    ReferenceSnapshot.objects.update(fetched_at=yesterday)
    remember_tag_name(account, 1, "News")
    forget_tag(account, 2)
    forget_tag(account, 3)
    snapshot = ReferenceSnapshot.objects.get()
    assert snapshot.items == [{"id": 1, "name": "News"}]
    assert snapshot.fetched_at == yesterday


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        ("tags", "Alex loaded the tags of Bergwind for a form", "Tags"),
        ("fields", "Alex loaded the data fields of Bergwind for a form", "Datenfelder"),
        ("optin_processes", "Alex loaded the opt-in processes of Bergwind for a form", "Opt-in-Prozesse"),
    ],
)
def test_the_log_names_the_loaded_list_in_the_readers_language(
    account: ClientAccount, kind: str, english: str, german: str
) -> None:
    ClientAccount.objects.update(name="Bergwind")
    account.refresh_from_db()
    load(account, ReferenceKind(kind), actor())
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert tell(entry.sentence, entry.parameters) == english
    with translation.override("de"):
        told = as_typed(tell(entry.sentence, entry.parameters))
    assert german in told
    assert kind not in told.split()
