"""What a search of the log finds is what a plain filter over the same entries finds, whatever is asked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.roles import Role
from accounts.texts import plain
from integrations.audit.export.rows import batches
from integrations.audit.models import AuditEntry, Kind, LogLine, Outcome
from integrations.audit.query import search as search_module
from integrations.audit.query.conditions import conditions
from integrations.audit.query.line import parse
from integrations.audit.query.participants import Participants
from integrations.audit.query.search import search
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.visibility import visible_entries
from integrations.clients.member_access import set_limit
from integrations.clients.sentences import TAGS_LOADED
from integrations.contacts.sentences import ADD_CONTACT, CONTACT_OPENED
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import main_words

CLIENTS = ("Bergwind", "Hafenkaffee", "Ärztehaus 50%")
SENTENCES = ((ADD_CONTACT, Kind.CHANGE, "add_or_update_contact"), (TAGS_LOADED, Kind.READ, "list_tags"))
CALLS = (*SENTENCES, (CONTACT_OPENED, Kind.READ, "get_contact"), (ADD_CONTACT, Kind.EVENT, ""))
METHODS = {"add_or_update_contact": "POST", "list_tags": "GET", "get_contact": "GET"}

entries = st.fixed_dictionaries(
    {
        "client": st.sampled_from([None, 0, 1, 2]),
        "person": st.sampled_from([None, 0, 1]),
        "call": st.sampled_from(CALLS),
        "outcome": st.sampled_from(Outcome.values),
        "status": st.sampled_from([None, 200, 406]),
        "code": st.sampled_from([None, 9, 402]),
        "key": st.sampled_from(["", "a1b2", "_%_%"]),
        "reference": st.sampled_from(["", "Ticket 12", "ÄNDERUNG"]),
        "days": st.integers(0, 3),
        "joins": st.booleans(),
    }
)
qualifiers = st.sampled_from(
    [
        *("client:bergwind", "client:Hafenkaffee", 'client:"ärztehaus 50%"', "client:none", "client:#1"),
        *("actor:nobody", "actor:anna@klick-tipp.team", 'actor:"Bea Berg"', "actor:#999"),
        *(f"outcome:{outcome}" for outcome in (*Outcome.values, "partly", "not-done")),
        *(
            "code:9",
            "code:402",
            "code:-1",
            "status:406",
            "status:200",
            "status:none",
            "entry:2",
            "method:GET",
            "method:post",
        ),
        *("op:list_tags", "op:get_contact", f"op:{ADD_CONTACT.key}", "source:page", "source:job"),
        *(
            "key:a1b2",
            "key:_%_%",
            'ref:"ticket 12"',
            "ref:änderung",
            "kind:change",
            "kind:look",
            "kind:any",
            "kind:load",
        ),
        *("since:today", "since:2d", "until:yesterday", "bergwind", "50%", "_", "%", "';--"),
    ]
)
NOT_DONE = ("refused", "failed", "unknown", "partly")
terms = st.tuples(st.sampled_from(["", "", "-"]), qualifiers).map("".join)
lines_typed = st.lists(terms, max_size=5).map(" ".join)


class Log:
    """A team's log that was written at random, and its actions as plain data."""

    def __init__(self, team_id: int) -> None:
        self.team_id = team_id
        self.accounts = [ClientAccountFactory(team_id=team_id, name=name) for name in CLIENTS]
        self.people = [
            MembershipFactory(team_id=team_id, role=Role.EDITOR, user__name=name, user__email=email).user
            for name, email in (("Anna Berg", "anna@klick-tipp.team"), ("Bea Berg", "bea@klick-tipp.team"))
        ]

    def write(self, drawn: list[dict[str, Any]]) -> None:
        action = Action(ADD_CONTACT, actor())
        for each in drawn:
            sentence, kind, operation = each["call"]
            if not each["joins"]:
                person = self.people[each["person"]] if each["person"] is not None else None
                action = Action(sentence, actor(person), {"contact": "x"}, reference=each["reference"])
            account = self.accounts[each["client"]] if each["client"] is not None else None
            entry = entry_of(
                action,
                account.scope if account else Scope(self.team_id),
                kind,
                call=uuid.uuid4(),
                operation=operation,
                started_at=timezone.now() - timedelta(days=each["days"]),
                outcome=each["outcome"],
                status=each["status"],
                code=each["code"],
                key_last_four=each["key"],
            )
            store(entry, [])


@pytest.fixture
def random_log(owner: Membership) -> Log:
    return Log(owner.team_id)


def test_a_search_finds_what_a_plain_filter_finds(owner: Membership, random_log: Log, monkeypatch: Any) -> None:
    monkeypatch.setattr(search_module, "_STEPS", (2, 5, 500))
    monkeypatch.setattr(search_module, "_PROBE", 3)
    limited = MembershipFactory(team=owner.team, role=Role.AUDITOR)
    set_limit(limited, random_log.accounts[:1], actor(owner.user))

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(st.lists(entries, max_size=6), st.lists(lines_typed, min_size=1, max_size=6))
    def holds(drawn: list[dict[str, Any]], typed: list[str]) -> None:
        random_log.write(drawn)
        for membership in (owner, limited):
            for line in typed:
                read, mistakes = parse(line)
                assert not mistakes, line
                asked = conditions(read, Participants(membership))
                if asked.mistakes:
                    unknown = ("client:", "actor:") if membership.is_limited else ()
                    for told in asked.mistakes:
                        assert told.part.lstrip("-").startswith(("since:", "until:", *unknown)), told
                    continue
                found, before = [], None
                while True:
                    page = search(owner.team_id, asked, before, size=3)
                    found += [each.number for each in page.lines]
                    before = page.older
                    if before is None:
                        break
                assert found == plainly_found(membership, random_log, line), line
                meant = [
                    entry
                    for batch in batches(owner.team_id, asked, visible_entries(membership), 10**9)
                    for entry in batch
                ]
                assert meant == plainly_meant(membership, found, line), line

    holds()


def plainly_meant(membership: Membership, numbers: list[int], line: str) -> list[AuditEntry]:
    """Those entries of the actions of these lines that are themselves what is asked."""
    place = {
        line.action: line.number for line in LogLine.objects.filter(team_id=membership.team_id, number__in=numbers)
    }
    entries = visible_entries(membership).filter(action__in=place)
    in_order = sorted(entries, key=lambda entry: (-place[entry.action], entry.number))
    return [entry for entry in in_order if is_meant(entry, line)]


def is_meant(entry: AuditEntry, line: str) -> bool:
    groups: dict[tuple[str, bool], list[bool]] = {}
    for term in parse(line)[0]:
        if term.name in ITSELF and term.value not in ("partly", ADD_CONTACT.key):
            groups.setdefault((term.name, term.is_not), []).append(ITSELF[term.name](entry, term.value))
        else:
            groups.setdefault((term.name, term.is_not), []).append(not term.is_not)
    return all(any(found) != is_not for (_name, is_not), found in groups.items())


ITSELF: dict[str, Callable[[AuditEntry, str], bool]] = {
    "outcome": lambda entry, value: entry.outcome in (NOT_DONE if value == "not-done" else [value]),
    "code": lambda entry, value: str(entry.code) == value,
    "status": lambda entry, value: str(entry.status).lower() == value,
    "method": lambda entry, value: METHODS.get(entry.operation, "") == value.upper(),
    "entry": lambda entry, value: int(value) in (entry.number, entry.account_number),
    "op": lambda entry, value: entry.operation == value,
    "key": lambda entry, value: entry.key_last_four == value,
}
"""What is asked of entries themselves, not of their action."""


def plainly_found(membership: Membership, log: Log, line: str) -> list[int]:
    actions: dict[uuid.UUID, list[AuditEntry]] = {}
    for entry in AuditEntry.objects.filter(team_id=log.team_id).order_by("number"):
        actions.setdefault(entry.action, []).append(entry)
    told = {each.action: each for each in LogLine.objects.filter(team_id=log.team_id)}
    wanted = [told[action].number for action, its in actions.items() if fits(membership, log, told[action], its, line)]
    return sorted(wanted, reverse=True)


def fits(membership: Membership, log: Log, head: LogLine, its: list[AuditEntry], line: str) -> bool:
    if membership.is_limited and not (
        head.account_id == log.accounts[0].pk or (head.account_id is None and head.actor_id == membership.user_id)
    ):
        return False
    groups: dict[tuple[str, bool, str], list[bool]] = {}
    typed, _mistakes = parse(line)
    for term in typed:
        alone = term.value if term.name in ("", "since", "until") else ""
        groups.setdefault((term.name, term.is_not, alone), []).append(has(log, head, its, term.name, term.value))
    last_of_time = {term.name: term.value for term in typed if term.name in ("since", "until")}
    for (name, is_not, value), found in groups.items():
        if name in last_of_time and value != last_of_time[name]:
            continue
        if any(found) == is_not:
            return False
    if not any(term.name in ("kind", "entry") and not term.is_not for term in typed):
        return head.kind not in ("load", "look") or head.outcome not in ("done", "pending")
    return True


def has(log: Log, head: LogLine, its: list[AuditEntry], name: str, value: str) -> bool:
    today = timezone.localdate()
    day = timezone.localdate(head.started_at)
    clients = {"bergwind": 0, "Hafenkaffee": 1, "ärztehaus 50%": 2}
    people = {"anna@klick-tipp.team": 0, "Bea Berg": 1}
    ways: dict[str, Callable[[], bool]] = {
        "": lambda: plain(value) in head.words,
        "client": lambda: (
            head.account_id
            == (log.accounts[clients[value]].pk if value in clients else None if value == "none" else int(value[1:]))
        ),
        "actor": lambda: (
            head.actor_id
            == (log.people[people[value]].pk if value in people else None if value == "nobody" else int(value[1:]))
        ),
        "outcome": lambda: head.outcome in NOT_DONE if value == "not-done" else head.outcome == value,
        "code": lambda: any(str(entry.code) == value for entry in its),
        "status": lambda: (
            all(entry.status is None for entry in its)
            if value == "none"
            else any(str(entry.status) == value for entry in its)
        ),
        "method": lambda: any(METHODS.get(entry.operation, "") == value.upper() for entry in its),
        "entry": lambda: any(int(value) in (entry.number, entry.account_number) for entry in its),
        "op": lambda: any(value in (entry.operation, entry.sentence) for entry in its),
        "source": lambda: head.source == value,
        "key": lambda: any(entry.key_last_four == value for entry in its),
        "ref": lambda: head.reference.casefold() == value.casefold(),
        "kind": lambda: value in ("any", head.kind),
        "since": lambda: day >= today - timedelta(days=1 if value == "2d" else 0),
        "until": lambda: day <= today - timedelta(days=1),
    }
    return ways[name]()


def test_a_search_stops_and_says_where(owner: Membership, random_log: Log, monkeypatch: Any) -> None:
    monkeypatch.setattr(search_module, "_STEPS", (2, 3))
    for _ in range(8):
        store(
            entry_of(
                Action(ADD_CONTACT, actor()),
                random_log.accounts[0].scope,
                Kind.CHANGE,
                call=uuid.uuid4(),
                started_at=timezone.now(),
                outcome=Outcome.DONE,
            ),
            [],
        )
    asked = conditions(parse("nowhere")[0], Participants(owner))
    page = search(owner.team_id, asked)
    assert (page.lines, page.searched_to is not None) == ([], True)
    assert page.older == LogLine.objects.order_by("-number")[4].number
    last = search(owner.team_id, asked, page.older)
    assert (last.lines, last.older, last.searched_to) == ([], None, None)


def test_an_outcome_can_be_typed_in_the_readers_language(browser: Client, owner: Membership) -> None:
    log = f"/t/{owner.team.slug}/log/"
    for typed, outcome in (("outcome:Refused", "refused"), ('outcome:"partly done"', "partly")):
        assert browser.post(log, {"line": typed}, follow=True).context["asked"].line == f"outcome:{outcome}"
    browser.cookies["django_language"] = "de"
    assert browser.post(log, {"line": "outcome:abgelehnt"}, follow=True).context["asked"].line == "outcome:refused"
    refused = browser.post(log, {"line": "outcome:quatsch"}, follow=True)
    assert "abgelehnt" in str(refused.context["mistakes"][0].message)


def test_kinds_and_sources_can_be_typed_in_the_readers_language_too(browser: Client, owner: Membership) -> None:
    log = f"/t/{owner.team.slug}/log/"
    browser.cookies["django_language"] = "de"
    for typed, line in (
        ("kind:änderung", "kind:change"),
        ("kind:change", "kind:change"),
        ("kind:kontakte", "kind:kontakte"),
        ("source:seite", "source:page"),
        ('source:"background job"', "source:job"),
        ('-outcome:"partly done"', "-outcome:partly"),
    ):
        assert browser.post(log, {"line": typed}, follow=True).context["asked"].line == line


@pytest.mark.parametrize(
    ("language", "typed", "line", "words"),
    [
        ("de", "abgelehnt", "outcome:refused", "Nach „Ergebnis: abgelehnt“ filtern"),
        ("de", "refused", "outcome:refused", "Nach „Ergebnis: abgelehnt“ filtern"),
        ("de", "fehlgeschlagen Bergwind", "outcome:failed Bergwind", "Ergebnis: fehlgeschlagen, nichts wurde"),
        ("en-gb", "Failed", "outcome:failed", "Filter by “Outcome: failed, nothing was changed”"),
        ("en-gb", "partly done", "outcome:partly", "Filter by “Outcome: partly done”"),
        ("en-gb", "background job", "source:job", "Filter by “Source: background job”"),
        ("en-gb", "refused change", "outcome:refused kind:change", "Outcome: refused, What happened: change"),
    ],
)
def test_an_outcome_kind_or_source_that_is_typed_alone_is_offered_as_a_filter(
    browser: Client, owner: Membership, language: str, typed: str, line: str, words: str
) -> None:
    browser.cookies["django_language"] = language
    page = browser.post(f"/t/{owner.team.slug}/log/", {"line": typed}, follow=True)
    assert words in main_words(page)
    link = re.search(r'class="btn btn-primary" href="([^"]+)"', page.content.decode())
    assert link is not None
    assert browser.get(unescape(link[1])).context["asked"].line == line


def test_other_words_offer_no_filter(browser: Client, owner: Membership) -> None:
    page = browser.post(f"/t/{owner.team.slug}/log/", {"line": "abg -refused"}, follow=True)
    assert "Filter by" not in main_words(page)


def test_a_mistake_is_told_once_where_it_was_made(browser: Client, owner: Membership) -> None:
    log = f"/t/{owner.team.slug}/log/"
    typed = browser.get(log, {"q": "outcome:donee"})
    assert (len(typed.context["form"].errors), typed.context["controls"].errors) == (1, {})
    chosen = browser.get(log, {"outcome": "donee"})
    assert (chosen.context["form"].errors, list(chosen.context["controls"].errors)) == ({}, ["outcome"])
    both = browser.get(log, {"q": "outcome:done", "outcome": "donee"})
    assert (len(both.context["form"].errors), both.context["controls"].errors) == (1, {})


def test_what_cannot_be_understood_is_pointed_at(browser: Client, owner: Membership) -> None:
    for typed, part in (
        ("foo:bar", "foo:bar"),
        ('client:"Bergwind', 'client:"Bergwind'),
        ("code:", "code:"),
        ("outcome:donee bergwind", "outcome:donee"),
        ("since:2026-02-30", "since:2026-02-30"),
        ("since:today until:yesterday", "until:yesterday"),
        ("-since:today", "-since:today"),
        ("key:abc", "key:abc"),
        ("request:123", "request:123"),
        ("subject:abc", "subject:abc"),
        ("status:9000", "status:9000"),
        ("x" * 10_000, f"{'x' * 40}…"),
        ("a " * 300, "a"),
        ('say"ing', 'say"ing'),
    ):
        page = browser.post(f"/t/{owner.team.slug}/log/", {"line": typed}, follow=True)
        assert page.status_code == 422, typed
        assert page.context["actions"] == []
        assert page.context["mistakes"][0].part == part, typed
        by_address = browser.get(f"/t/{owner.team.slug}/log/", {"q": typed})
        assert by_address.status_code == 422, typed
    assert browser.get(f"/t/{owner.team.slug}/log/", {"q": "nul\x00"}).status_code == 422


def test_what_failed_last_week_is_two_clicks_away(browser: Client, owner: Membership, random_log: Log) -> None:
    log, scope = f"/t/{owner.team.slug}/log/", random_log.accounts[0].scope

    def write(day: int, *outcomes: Outcome) -> None:
        action = Action(ADD_CONTACT, actor(), {"contact": f"{'-'.join(outcomes)} {day}"})
        for outcome in outcomes:
            at = timezone.now() - timedelta(days=day)
            entry = entry_of(action, scope, Kind.CHANGE, call=uuid.uuid4(), started_at=at, outcome=outcome)
            store(entry, [])

    for outcomes in (*([each] for each in Outcome), [Outcome.DONE, Outcome.FAILED]):
        write(3, *outcomes)
    write(30, Outcome.FAILED)

    def follow(page: Any, label: str) -> Any:
        link = re.search(rf'href="([^"]+)"[^>]*>{label}</a>', page.content.decode())
        assert link is not None
        return browser.get(unescape(link[1]))

    page = follow(follow(browser.get(log), "7 days"), "what went wrong")
    assert page.context["asked"].line == "since:7d outcome:not-done"
    told = {action.head.parameters["contact"] for action in page.context["actions"]}
    assert told == {"refused 3", "failed 3", "unknown 3", "done-failed 3"}
    assert follow(page, "what went wrong").context["asked"].line == "since:7d"
    for language, typed in (("en", 'outcome:"all that went wrong"'), ("de", 'outcome:"alles, was misslang"')):
        browser.cookies["django_language"] = language
        assert browser.post(log, {"line": typed}, follow=True).context["asked"].line == "outcome:not-done"
