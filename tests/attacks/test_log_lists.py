"""What somebody can write into the log must not make reading it dear for everybody else."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.core import context
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import Membership
from integrations.audit import often
from integrations.audit.grouping import MOST_CALLS
from integrations.audit.models import AuditEntry, Kind, LogLine, SubjectKind
from integrations.audit.recorder import Action, entry_of
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from integrations.suppression.models import Reason, Suppression
from integrations.suppression.services import suppress
from integrations.tags.sentences import CONTACTS_TAGGED, CONTACTS_UNTAGGED
from tests.factories import actor, errand
from tests.pages import html, words
from tests.tags.conftest import tag_ids, url  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_the_list_has_the_first_calls_of_an_action_and_the_way_to_all(
    browser: Client,
    account: ClientAccount,
    url: Callable[..., str],  # noqa: F811
    tag_ids: dict[str, int],  # noqa: F811
) -> None:
    removal: dict[str, Any] = {"action": str(uuid4()), "tags": list(tag_ids.values())[:4], "removes": "1"}
    addresses = "\n".join(f"nobody{number}@klick-tipp.team" for number in range(5))
    browser.post(url("tagging/"), removal | {"addresses": addresses})
    line = LogLine.objects.get(sentence=CONTACTS_UNTAGGED.key)
    assert line.entries == 20

    page = browser.get(f"/t/{account.team.slug}/log/")
    (action,) = [action for action in page.context["actions"] if action.head.action == line.action]
    assert len(action.calls) == MOST_CALLS
    assert (action.outcome, bool(action.problems)) == (line.outcome, True)
    assert "20 calls" in html(page)
    assert len(browser.get(f"/t/{account.team.slug}/log/{line.number}/").context["action"].calls) == 20


def test_long_names_are_not_repeated_in_full_with_every_call(account: ClientAccount) -> None:
    tags = [{"id": number, "name": "ä" * 250} for number in range(50)]
    entry = entry_of(Action(CONTACTS_TAGGED, actor(), {"tags": tags, "contacts": 4}), account.scope, Kind.CHANGE)
    assert len(str(entry.parameters["tags"])) < 5_000
    assert [tag["id"] for tag in entry.parameters["tags"]] == list(range(50))
    one = entry_of(Action(CONTACTS_TAGGED, actor(), {"tags": tags[:1]}), account.scope, Kind.CHANGE)
    assert one.parameters["tags"] == tags[:1]


def test_the_outcome_of_a_list_is_found_by_its_cut_names_too(
    browser: Client,
    url: Callable[..., str],  # noqa: F811
) -> None:
    new = [f"{number:02} {'x' * 240}" for number in range(12)]
    form = {"action": str(uuid4()), "addresses": "nobody@klick-tipp.team", "tags_new": new}
    first = browser.post(url("tagging/"), form)
    assert first.context["tagging"].contacts[0].outcome == "refused"
    assert AuditEntry.objects.filter(operation="tag_contact").first().parameters["tags"][0]["name"].endswith("…")


def test_types_of_very_many_data_fields_are_one_entry_that_a_line_tells_in_short(
    browser: Client, account: ClientAccount
) -> None:
    fields = [{"id": f"field{number}", "name": f"{number} {'x' * 200}", "type": None} for number in range(980)]
    ReferenceSnapshot.objects.create(
        account=account, kind=ReferenceKind.FIELDS, items=fields, fetched_at=timezone.now()
    )
    sent = {field["id"]: "date" for field in fields}
    client = f"/t/{account.team.slug}/clients/{account.slug}"
    assert browser.post(f"{client}/contacts/fields/types/", sent).status_code == 302
    entry = AuditEntry.objects.get(sentence__startswith="contacts.field_type")
    assert {field["id"] for field in entry.parameters["fields"]} == sent.keys()
    assert len(str(entry.parameters)) < 150_000
    assert "and 930 more" in words(browser.get(f"/t/{account.team.slug}/log/"))
    assert "979 x" in words(browser.get(f"/t/{account.team.slug}/log/{entry.number}/"))


def test_reading_fills_no_log(browser: Client, account: ClientAccount) -> None:
    """Exports, reports and searches for contacts are entries, and a loop made thirty a second."""
    log = f"/t/{account.team.slug}/log/"
    answers = [browser.get(f"{log}export/csv/?q=code:{number}").status_code for number in range(40)]
    answers += [browser.get(f"/t/{account.team.slug}/access/table/").status_code for _ in range(20)]
    answers += [browser.post(log, {"line": f"nobody{number}@klick-tipp.team"}).status_code for number in range(40)]
    assert set(answers) == {200}
    written = AuditEntry.objects.count()

    for late in (
        browser.get(f"{log}export/jsonl/"),
        browser.get(f"/t/{account.team.slug}/access/table/"),
        browser.post(log, {"line": "late@klick-tipp.team"}),
        browser.post(log, {"line": "late@klick-tipp.team"}),
    ):
        assert late.status_code == 429
    assert browser.post(log, {"line": "nobody1@klick-tipp.team"}).status_code == 200
    assert AuditEntry.objects.count() == written


def test_pages_of_a_client_without_a_key_fill_no_log(browser: Client, account: ClientAccount) -> None:
    """That nothing could be asked is an entry each time, and no wait for KlickTipp slows it down."""
    account.credentials.all().delete()
    page = f"/t/{account.team.slug}/clients/{account.slug}/contacts/101/email/"
    for _ in range(100):
        browser.get(page)
    written = AuditEntry.objects.count()
    assert browser.get(page).status_code == 429
    assert AuditEntry.objects.count() == written


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(often.DONE, "log_changed", "20/10m/key")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
def test_neither_made_up_addresses_nor_settings_to_and_fro_fill_it(browser: Client, account: ClientAccount) -> None:
    client = f"/t/{account.team.slug}/clients/{account.slug}"
    for number in range(10):
        form = {"address": f"nobody{number}@klick-tipp.team", "note": ""}
        assert browser.post(f"{client}/suppression/new/", form).status_code == 302
    for name in ["Inn Street Tea", "Harbour Lane Coffee"] * 5:
        form = {"name": name, "colour": account.colour, "country": account.phone_country}
        assert browser.post(f"{client}/settings/", form).status_code == 302
    written = AuditEntry.objects.count()

    late = browser.post(f"{client}/suppression/new/", {"address": "late@klick-tipp.team", "note": ""})
    assert (late.status_code, "Nothing was done" in late.content.decode()) == (429, True)
    assert browser.post(f"{client}/settings/", {"name": "X"}).status_code == 429
    assert not Suppression.objects.filter(label__startswith="la").exists()
    assert AuditEntry.objects.count() == written
    assert browser.post(reverse("mfa_generate_recovery_codes")).status_code == 429
    for page in (f"{client}/suppression/new/", f"{client}/settings/", f"/t/{account.team.slug}/log/export/csv/"):
        assert browser.get(page).status_code == 200
    assert browser.post(f"/t/{account.team.slug}/log/", {"line": "x@klick-tipp.team"}).status_code == 200
    assert browser.post(reverse("account_logout")).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
def test_what_a_form_has_done_is_told_beyond_the_limit_and_a_list_counts_once(
    owner: Membership, account: ClientAccount, rf: RequestFactory
) -> None:
    request = rf.post(f"/t/{account.team.slug}/clients/{account.slug}/suppression/new/")
    request.resolver_match = resolve(request.path)
    people = [Subject(SubjectKind.EMAIL, f"nobody{number}@klick-tipp.team") for number in range(50)]
    with context.request_context(request):
        assert suppress(errand(account, owner.user), people, Reason.DELETED) == 50
    assert AuditEntry.objects.filter(sentence="suppression.added").count() == 50


def test_a_busy_admin_does_not_reach_it() -> None:
    assert often.DONE == {"log_changed": "300/10m/key"}
