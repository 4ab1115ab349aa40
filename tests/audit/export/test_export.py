"""The log is handed over: what a search finds, as a file or a report, and that it was is itself in the log."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.export import rows, views
from integrations.audit.export.csv import HEADINGS, safe
from integrations.audit.models import AuditEntry, Kind, Outcome, SubjectKind
from integrations.audit.query import search as search_module
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.member_access import set_limit
from integrations.contacts.sentences import ADD_CONTACT, CONTACT_OPENED
from integrations.operations import message_of
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import main_words

ADA = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")
FORMS = ("csv", "jsonl", "ocsf", "proved", "report")


@pytest.fixture
def scope(owner: Membership) -> Scope:
    return ClientAccountFactory(team=owner.team, name="Bergwind").scope


def export(browser: Client, member: Membership, form: str, query: str = "") -> Any:
    return browser.get(f"/t/{member.team.slug}/log/export/{form}/", {"q": query} if query else {})


def told(response: Any) -> str:
    return str(response.getvalue().decode())


def objects(response: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told(response).splitlines()]


def about_ada(**parameters: Any) -> Action:
    return Action(ADD_CONTACT, actor(), {"contact": ADA.label, **parameters}, (ADA,))


def test_entries_are_handed_over_as_they_were_recorded(browser: Client, owner: Membership, scope: Scope) -> None:
    action = about_ada()
    first = write(scope, action, outcome=Outcome.UNKNOWN, status=502, answer={"problem": "service_error"})
    second = write(scope, action, request={"tag_ids": [5]})
    write(scope, Action(CONTACT_OPENED, actor()), Kind.READ, operation="get_contact")
    found = objects(export(browser, owner, "jsonl", "client:bergwind"))
    assert [entry["number"] for entry in found] == [first.number, second.number]
    assert (
        found[0]
        | {
            "id": str(first.pk),
            "team_id": owner.team_id,
            "account_number": 1,
            "account_label": "Bergwind",
            "outcome": "unknown",
            "status": 502,
            "operation": "add_or_update_contact",
            "duration_ms": 120.0,
            "subjects": [
                {
                    "kind": "email",
                    "label": "a•••@klick-tipp.team",
                    "hash": search_hashes(ADA, owner.team_id)[0],
                    "key_version": 1,
                }
            ],
        }
        == found[0]
    )
    assert found[1]["request"] == {"tag_ids": [5]}
    assert set(HEADINGS) == set(found[0])


def test_of_an_action_of_many_calls_those_are_handed_over_that_are_asked_for(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    job, alone = Action(ADD_CONTACT, actor(), {"contact": "15"}), about_ada()
    refused = {"outcome": Outcome.REFUSED, "status": 406, "code": 402, "answer": {"problem": "limit_reached"}}
    calls = [write(scope, job, key_last_four="a1b2", **(refused if at in (3, 13) else {})) for at in range(15)]
    bad, theirs = [calls[3].number, calls[13].number], write(scope, alone, operation="tag_contact").number
    every = [call.number for call in calls]
    table = {
        "code:402": bad,
        "status:406 client:bergwind": bad,
        "outcome:not-done": bad,
        "outcome:partly": every,
        "outcome:partly code:402": bad,
        "code:402 key:a1b2": bad,
        "code:402 key:zzzz": [],
        f"entry:{theirs}": [theirs],
        f"request:{calls[5].pk}": [every[5]],
        f"request:{calls[5].action}": every,
        "op:tag_contact": [theirs],
        f"op:{ADD_CONTACT.key}": [theirs, *every],
        f"subject:{search_hashes(ADA, owner.team_id)[0]}": [theirs],
        "client:bergwind": [theirs, *every],
    }
    for query, expected in table.items():
        assert [entry["number"] for entry in objects(export(browser, owner, "jsonl", query))] == expected, query
    for form, number in (("csv", "No."), ("ocsf", ""), ("proved", ""), ("report", "")):
        text = told(export(browser, owner, form, "code:402"))
        if number:
            assert [int(row[number]) for row in csv.DictReader(StringIO(text.removeprefix("\ufeff")))] == bad
        elif form == "report":
            assert text.count("<tr>") == 1 + len(bad)
        else:
            assert len(text.splitlines()) == len(bad)


def test_that_it_is_handed_over_is_logged_before_the_first_byte(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    write(scope, about_ada())
    hashed = search_hashes(ADA, owner.team_id)[0]
    response = export(browser, owner, "csv", f'subject:{hashed} client:bergwind ref:"to ada@klick-tipp.team"')
    entry = AuditEntry.objects.latest("number")
    assert (entry.sentence, entry.actor_id, entry.outcome) == ("log_export.exported", owner.user_id, Outcome.DONE)
    assert entry.parameters["format"] == "CSV"
    assert entry.parameters["search"] == f'subject:{hashed} client:bergwind ref:"to •••"'
    told(response)
    assert AuditEntry.objects.latest("number") == entry


def test_an_export_goes_on_where_a_page_stops(
    browser: Client, owner: Membership, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "_STEPS", (2, 3))
    monkeypatch.setattr(rows, "_LINES", 2)
    monkeypatch.setattr(rows, "_ENTRIES", 4)
    oldest = write(scope, Action(ADD_CONTACT, actor(), {"contact": "z•••@klick-tipp.team"}))
    many = about_ada()
    for _call in range(15):
        write(scope, many)
    for _action in range(20):
        write(scope, about_ada())
    written = AuditEntry.objects.filter(account_id=scope.account_id).count()
    found = [entry["number"] for entry in objects(export(browser, owner, "jsonl", "klick-tipp.team"))]
    assert len(found) == len(set(found)) == written
    assert found[-1] == oldest.number
    assert [entry["number"] for entry in objects(export(browser, owner, "jsonl", '"z•••"'))] == [oldest.number]


def test_who_is_limited_gets_their_clients_alone(owner: Membership, scope: Scope) -> None:
    write(scope, about_ada())
    other = ClientAccountFactory(team=owner.team, name="Hafenkaffee")
    theirs = write(other.scope, about_ada())
    auditor = MembershipFactory(team=owner.team, role=Role.AUDITOR)
    set_limit(auditor, [other], actor(owner.user))
    browser = Client()
    browser.force_login(auditor.user)
    for form in FORMS:
        assert "Bergwind" not in told(export(browser, auditor, form))
    found = objects(export(browser, auditor, "jsonl", "kind:change"))
    assert [entry["number"] for entry in found] == [theirs.number]


def test_who_may_not_export_is_refused_and_not_offered_it(owner: Membership, scope: Scope) -> None:
    write(scope, about_ada())
    for role in (Role.EDITOR, Role.VIEWER):
        member = MembershipFactory(team=owner.team, role=role)
        browser = Client()
        browser.force_login(member.user)
        assert [export(browser, member, form).status_code for form in FORMS] == [403] * len(FORMS)
        assert "log/export/" not in browser.get(f"/t/{owner.team.slug}/log/").content.decode()


def test_the_log_offers_what_it_shows(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope, about_ada())
    page = browser.get(f"/t/{owner.team.slug}/log/", {"q": "client:bergwind"}).content.decode()
    for form in FORMS:
        assert f"/log/export/{form}/?q=client%3Abergwind" in page


def test_a_search_with_mistakes_leads_to_the_page_that_says_so(browser: Client, owner: Membership) -> None:
    written = AuditEntry.objects.count()
    for form, query in zip(FORMS, ("code:x", "nosuch:1", '"open', "code:x", "since:2026-02-30"), strict=True):
        response = export(browser, owner, form, query)
        assert response.status_code == 302
        assert browser.get(response["Location"]).status_code == 422
    assert AuditEntry.objects.count() == written


def test_nothing_in_a_cell_is_run(browser: Client, owner: Membership, scope: Scope) -> None:
    evil = '=HYPERLINK("http://evil")'
    write(scope, replace(about_ada(tags=[{"id": 5, "name": "+1;@SUM(A1)"}]), reference=evil))
    response = export(browser, owner, "csv", "kind:change")
    text = told(response)
    (row,) = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert row["Reference"] == f"'{evil}"
    assert """'+1;'@SUM(A1)""" in row["Parameters"]
    assert row["Error code"] == ""
    assert response["Content-Disposition"].endswith('.csv"')
    table = {
        "-1": "'-1",
        " =1": " '=1",
        "\t@a": "\t'@a",
        "＝1": "'＝1",
        "a;=1": "a;'=1",
        "a-b": "a-b",
        "1,-2": "1,'-2",
        "": "",
    }
    assert {text: safe(text) for text in table} == table
    assert (safe(-1), safe(None), safe({}), safe([])) == (-1, None, "", "")


def test_a_table_is_in_the_readers_language_and_time(browser: Client, owner: Membership, scope: Scope) -> None:
    """What machines read is not."""
    in_summer = datetime(2026, 7, 1, 22, 30, 5, 250_000, tzinfo=UTC)
    entry = write(scope, about_ada(), started_at=in_summer, outcome=Outcome.REFUSED, duration=timedelta(seconds=1.2346))
    machines = told(export(browser, owner, "jsonl", "client:bergwind"))
    table = {
        "en": {"When": "2026-07-02 00:30:05.250+02:00", "Outcome": "refused", "Kind": "change", "Source": "page"},
        "de": {"Wann": "2026-07-02 00:30:05.250+02:00", "Ergebnis": "abgelehnt", "Art": "Änderung", "Quelle": "Seite"},
    }
    for language, expected in table.items():
        browser.cookies["django_language"] = language
        response = export(browser, owner, "csv", "client:bergwind")
        with translation.override("fr"):  # as another request of the same thread leaves it
            text = told(response)
        assert text.startswith("\ufeff")
        (row,) = csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter={"de": ";", "en": ","}[language])
        assert row | expected == row
        assert len(row) == len(HEADINGS)
        assert str(entry.number) in row.values()
        assert "1235" in row.values(), "milliseconds have no decimal point, which is a comma elsewhere"
    assert row["Was"].startswith("Abgelehnt: ")
    assert told(export(browser, owner, "jsonl", "client:bergwind")) == machines
    assert '"started_at":"2026-07-01T22:30:05.250000Z"' in machines


def test_a_report_can_be_printed(browser: Client, owner: Membership, scope: Scope) -> None:
    unsubscribed = {"problem": "email_unsubscribed"}
    write(scope, about_ada(), outcome=Outcome.REFUSED, status=406, code=402, answer=unsubscribed)
    response = export(browser, owner, "report", "client:bergwind")
    text = main_words(HttpResponse(response.getvalue()))
    assert "tried to add a•••@klick-tipp.team to Bergwind" in text
    reason = str(message_of("add_or_update_contact", "email_unsubscribed", 402).what)
    assert f"to Bergwind: {reason}" in text
    (row,) = csv.DictReader(StringIO(told(export(browser, owner, "csv", "client:bergwind")).removeprefix("\ufeff")))
    assert row["Reason"] == objects(export(browser, owner, "jsonl", "client:bergwind"))[0]["reason"] == reason
    assert "402" in text
    assert "Client Bergwind" in text


def test_a_report_has_no_more_than_can_be_printed(
    browser: Client, owner: Membership, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _entry in range(3):
        write(scope, about_ada())
    for most, told_so in ((3, False), (2, True)):
        monkeypatch.setattr(views, "_MOST_PRINTED", most)
        page = export(browser, owner, "report", "client:bergwind")
        assert page.content.decode().count("<tr>") == 1 + most
        assert ("Only the first 2 entries are shown here, and there are more." in main_words(page)) == told_so


def test_what_a_search_hides_and_whom_it_names_stands_on_the_page_and_the_report_in_words(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    anna = MembershipFactory(team=owner.team, user__name="Anna Berg").user
    ClientAccountFactory(team=owner.team, name="Hafenkaffee")
    theirs = Action(ADD_CONTACT, actor(anna), {"contact": ADA.label}, (ADA,))
    write(scope, theirs, started_at=timezone.now() - timedelta(days=1))
    write(scope, theirs)
    write(scope, Action(CONTACT_OPENED, actor(anna)), Kind.READ, operation="get_contact")
    person, account = f"actor:#{anna.pk}", f"client:#{scope.account_id}"
    about = f"subject:{search_hashes(ADA, owner.team_id)[0]}"
    day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    hidden = "What happened changes and failures; what was only read is hidden"
    table = {
        "": [hidden],
        f"{person} since:today": ["Person Anna Berg", f"From {day} 00:00", hidden],
        f"{person} {account} until:today": ["Client Bergwind", "Person Anna Berg", f"To {day} 23:59", hidden],
        f"-{person} -{account} vip": ['Search -actor:"Anna Berg" -client:Bergwind vip', hidden],
        f"{person} {about}": ["Person Anna Berg", "About a•••@klick-tipp.team", hidden],
        f"{person} kind:any": ["Person Anna Berg", "What happened everything"],
        f"{person} -kind:change": [hidden],
    }
    for query, expected in table.items():
        text = main_words(HttpResponse(export(browser, owner, "report", query).getvalue()))
        for words in expected:
            assert words in text, (query, words, text)
        assert (hidden in text) == (hidden in expected), query
        assert f"#{anna.pk}" not in text
        assert "subject:" not in text

    log = f"/t/{owner.team.slug}/log/"
    page = browser.get(log, {"q": person})
    assert "Only changes and failures: what was only read is hidden. Show everything" in main_words(page)
    assert "nothing that was only read" in main_words(page)
    link = re.search(r'href="([^"]+)">Show everything', page.content.decode())
    assert link is not None
    everything = browser.get(unescape(link[1]))
    assert len(everything.context["actions"]) == len(page.context["actions"]) + 1
    assert "only read" not in main_words(everything).partition("Reset the filters")[2]
