"""The log's list: actions in plain sentences, newest first, filtered, in pages by number."""

import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit import events, presentation, views
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.presentation import LoggedCall
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.sentences import GRANT_REFUSED, TAGS_LOADED
from integrations.contacts.sentences import ADD_CONTACT, ADD_CONTACT_WITH_TAG
from integrations.messages import Obstacle
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import main_words, words
from tests.service import Service


def write(scope: Scope, action: Action | None = None, kind: Kind = Kind.CHANGE, **columns: Any) -> AuditEntry:
    action = action or Action(ADD_CONTACT, actor(), {"contact": "r•••@klick-tipp.team"})
    defaults = {
        "operation": "add_or_update_contact",
        "method": "POST",
        "path": "/subscriber",
        "call": uuid.uuid4(),
        "started_at": timezone.now(),
        "duration": timedelta(milliseconds=120),
        "outcome": Outcome.DONE,
        "status": 200,
    }
    entry = entry_of(action, scope, kind, **(defaults | columns))
    store(entry, action.subjects)
    return entry


@pytest.fixture
def client_account(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Bergwind")


@pytest.fixture
def scope(client_account: ClientAccount) -> Scope:
    return client_account.scope


def log(browser: Client, owner: Membership, **filters: Any) -> Any:
    return browser.get(f"/t/{owner.team.slug}/log/", filters)


def sentences(page: Any) -> list[str]:
    return [action.sentence for action in page.context["actions"]]


def lines(page: Any) -> str:
    """The words of a page, with a reason right behind the sentence's link as a browser shows it."""
    return words(page).replace(" : ", ": ")


def test_actions_are_told_in_plain_sentences(browser: Client, owner: Membership, scope: Scope) -> None:
    action = Action(
        ADD_CONTACT_WITH_TAG,
        actor(owner.user),
        {"contact": "r•••@klick-tipp.team", "tags": [{"id": 5, "name": "Newsletter"}]},
    )
    write(scope, action, outcome=Outcome.REFUSED, status=406, code=9, answer={"problem": "contact_not_subscribed"})
    page = log(browser, owner)
    told = f"{owner.user} tried to add r•••@klick-tipp.team with the tag Newsletter to Bergwind"
    assert sentences(page)[0] == told
    assert f"Refused: {told}: the contact is not subscribed" in lines(page)


def test_sentences_follow_the_readers_language(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope)
    page = browser.get(f"/t/{owner.team.slug}/log/", headers={"Accept-Language": "de"})
    assert "hinzugefügt" in page.context["actions"][0].sentence


def test_the_newest_stands_first_and_reads_only_on_request(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope)
    write(scope, Action(TAGS_LOADED, actor()), Kind.READ, operation="list_tags")
    events.record(SIGNED_IN, actor(), Scope(owner.team_id))
    assert len(sentences(log(browser, owner))) == 3, "the sign-in of this test, the change and the event"
    assert sentences(log(browser, owner))[0] == "Alex signed in"
    assert len(sentences(log(browser, owner, kind="any"))) == 4


def test_the_calls_of_an_action_are_one_row_with_its_reads(browser: Client, owner: Membership, scope: Scope) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "r•••@klick-tipp.team"})
    write(scope, action, Kind.READ, operation="list_tags")
    write(scope, action)
    write(scope, action, operation="tag_contact", outcome=Outcome.REFUSED, answer={"problem": "tag_not_found"})
    (row, _) = log(browser, owner).context["actions"]
    assert len(row.calls) == 3
    assert row.outcome == presentation.PARTLY
    assert str(row.problems[0].what) == "the tag was not found"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Outcome.DONE], "done"),
        ([Outcome.REFUSED], "refused"),
        ([Outcome.DONE, Outcome.PENDING], "pending"),
        ([Outcome.DONE, Outcome.UNKNOWN], "unknown"),
        ([Outcome.DONE, Outcome.FAILED], "partly"),
        ([Outcome.FAILED], "failed"),
    ],
)
def test_the_outcome_of_an_action_follows_from_its_calls(
    browser: Client, owner: Membership, scope: Scope, outcomes: list[Outcome], expected: str
) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "x"})
    for outcome in outcomes:
        write(scope, action, outcome=outcome)
    assert log(browser, owner).context["actions"][0].outcome == expected


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([Outcome.DONE], "Alex added x to Bergwind"),
        ([Outcome.REFUSED], "Refused: Alex tried to add x to Bergwind: the tag was not found"),
        ([Outcome.FAILED], "Failed: Alex tried to add x to Bergwind: the tag was not found"),
        ([Outcome.UNKNOWN], "Not known whether it happened: Alex tried to add x to Bergwind: the tag was not found"),
        ([Outcome.DONE, Outcome.REFUSED], "Only partly done: Alex tried to add x to Bergwind: the tag was not found"),
    ],
)
def test_what_was_not_done_does_not_read_as_done(
    browser: Client, owner: Membership, scope: Scope, outcomes: list[Outcome], told: str
) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "x"})
    for outcome in outcomes:
        answer = {} if outcome == Outcome.DONE else {"problem": "tag_not_found"}
        entry = write(scope, action, outcome=outcome, answer=answer)
    head = AuditEntry.objects.filter(action=action.id).earliest("number")
    at = timezone.localtime(head.started_at).strftime("%H:%M:%S")
    assert f"{at} {told}" in lines(log(browser, owner))
    lead = told.removesuffix(": the tag was not found")
    assert f"Log entry {entry.number} {lead}" in words(browser.get(f"/t/{owner.team.slug}/log/{entry.number}/"))


def test_what_only_read_or_tells_its_failure_itself_is_not_told_as_undone(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    write(scope, Action(TAGS_LOADED, actor()), Kind.READ, operation="list_tags", outcome=Outcome.FAILED)
    events.record_obstacle(Action(GRANT_REFUSED, actor()), scope, Obstacle.GRANT_USED)
    told = lines(log(browser, owner, kind="any"))
    assert "Failed: Alex tried to load the tags of Bergwind" in told
    assert "Refused: Alex came back without a key from KlickTipp's page for granting access: this way back" in told


def test_the_last_attempt_and_a_late_answer_decide(browser: Client, owner: Membership, scope: Scope) -> None:
    action, call = Action(ADD_CONTACT, actor(), {"contact": "x"}), uuid.uuid4()
    write(scope, action, call=call, attempt=1, outcome=Outcome.FAILED)
    second = write(scope, action, call=call, attempt=2, outcome=Outcome.UNKNOWN)
    assert log(browser, owner).context["actions"][0].outcome == "unknown"
    write(scope, action, answer={"late_answer_to": str(second.id)})
    assert log(browser, owner).context["actions"][0].outcome == "done"


def test_filters(browser: Client, owner: Membership, scope: Scope) -> None:
    other = ClientAccountFactory(team=owner.team, name="Hafenkaffee")
    write(scope, started_at=timezone.now() - timedelta(days=9))
    write(other.scope, Action(ADD_CONTACT, actor(owner.user), {"contact": "x"}), outcome=Outcome.UNKNOWN)

    def clients(**filters: Any) -> list[str]:
        return [action.head.account_label for action in log(browser, owner, **filters).context["actions"]]

    assert clients(client=other.slug) == ["Hafenkaffee"]
    assert clients(outcome="unknown") == ["Hafenkaffee"]
    assert clients(actor=f"#{owner.user_id}")[0] == "Hafenkaffee"
    assert "Bergwind" not in clients(actor=owner.user.email)
    today = timezone.localdate()
    assert "Bergwind" not in clients(since=today.isoformat())
    assert clients(until=(today - timedelta(days=5)).isoformat()) == ["Bergwind"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"client": "x"},
        {"client": "#" + "9" * 30},
        {"actor": "0" * 20 + "9" * 5_000},
        {"since": "31.02."},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"outcome": "?"},
    ],
)
def test_an_impossible_value_is_told_at_its_place_and_shows_nothing(
    browser: Client, owner: Membership, nonsense: dict[str, str]
) -> None:
    page = log(browser, owner, **nonsense)
    assert (page.status_code, page.context["actions"]) == (422, [])
    (name,) = nonsense
    assert page.context["controls"].errors[name.replace("#", "")] == [str(page.context["mistakes"][0].message)]


def test_who_has_left_can_still_be_asked_for(browser: Client, owner: Membership, scope: Scope) -> None:
    gone = MembershipFactory(team=owner.team)
    write(scope, Action(ADD_CONTACT, actor(gone.user), {"contact": "x"}))
    user_id, name = gone.user_id, str(gone.user)
    gone.user.delete()
    for asked in (f"#{user_id}", gone.user.email, name):
        page = log(browser, owner, actor=asked)
        assert sentences(page) == [f"{name} added x to Bergwind"]
    assert f"{name} &lt;{gone.user.email}&gt; (gone)" in page.content.decode(), "offered as the log knows them"


def test_commands_and_failed_sign_ins_are_found_under_nobody(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope)
    assert sentences(log(browser, owner, actor="nobody")) == ["Alex added r•••@klick-tipp.team to Bergwind"]


def test_an_error_code_is_called_one(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope, outcome=Outcome.REFUSED, status=406, code=402, answer={"problem": "contact_not_subscribed"})
    page = log(browser, owner)
    assert "refused Code 402" in words(page)
    assert re.search(r'<a href="\?q=code%3A402" title="Only this error code"\s*>Code 402</a>', page.content.decode())


def test_what_was_partly_done_is_neither_done_nor_refused(browser: Client, owner: Membership, scope: Scope) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "x"})
    write(scope, action)
    write(scope, action, operation="tag_contact", outcome=Outcome.REFUSED)
    found = {
        outcome: len(sentences(log(browser, owner, outcome=outcome, client="bergwind")))
        for outcome in ("partly", "done", "refused", "failed")
    }
    assert found == {"partly": 1, "done": 0, "refused": 0, "failed": 0}


def test_the_way_back_from_an_entry_keeps_the_filters(browser: Client, owner: Membership, scope: Scope) -> None:
    entry = write(scope)
    query = "q=client%3Abergwind"
    link = f"/t/{owner.team.slug}/log/{entry.number}/?{query}"
    assert link in browser.get(f"/t/{owner.team.slug}/log/?{query}").content.decode()
    assert f'href="/t/{owner.team.slug}/log/?{query}"' in browser.get(link).content.decode()


def test_an_attempt_that_was_repeated_is_no_outcome(browser: Client, owner: Membership, scope: Scope) -> None:
    action, call = Action(ADD_CONTACT, actor(), {"contact": "x"}), uuid.uuid4()
    write(scope, action, call=call, attempt=1, outcome=Outcome.FAILED)
    write(scope, action, call=call, attempt=2)
    assert sentences(log(browser, owner, outcome="failed")) == []


def test_older_pages_go_on_where_the_first_ends(
    browser: Client, owner: Membership, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 3)
    for _ in range(7):
        write(scope)
    seen, query = [], ""
    for _ in range(10):
        page = browser.get(f"/t/{owner.team.slug}/log/?{query or 'client=bergwind'}")
        seen += [action.head.number for action in page.context["actions"]]
        query = page.context["older"]
        if not query:
            break
        write(scope)
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 7


def test_the_number_of_queries_does_not_grow(
    browser: Client, owner: Membership, scope: Scope, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        write(scope)
    with django_assert_max_num_queries(17):
        log(browser, owner)


def test_htmx_gets_the_entries_alone(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope)
    fragment = browser.get(f"/t/{owner.team.slug}/log/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert '<div id="entries"' in fragment
    assert re.search(r'id="log-status" role="status">\s*2 actions on this page', fragment)


def test_a_viewer_sees_what_concerns_clients_and_themselves(client: Client, owner: Membership, scope: Scope) -> None:
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER)
    client.force_login(viewer.user)
    events.record(SIGNED_IN, actor(owner.user), Scope(owner.team_id))
    write(scope)
    told = sentences(client.get(f"/t/{owner.team.slug}/log/"))
    assert told == ["Alex added r•••@klick-tipp.team to Bergwind", f"{viewer.user} signed in"]


def test_another_teams_entries_are_not_there(browser: Client, owner: Membership) -> None:
    foreign = write(ClientAccountFactory().scope)
    assert len(sentences(log(browser, owner))) == 1
    assert browser.get(f"/t/{owner.team.slug}/log/action/{foreign.action}/").status_code == 404


def test_an_entrys_page_shows_its_action_and_its_details(browser: Client, owner: Membership, scope: Scope) -> None:
    action = Action(ADD_CONTACT_WITH_TAG, actor(), {"contact": "x", "tags": [{"id": 5, "name": "Newsletter"}]})
    entry = write(scope, action, request={"tag_id": 5}, answer={"contact_id": "4711"}, key_last_four="abcd")
    page = browser.get(f"/t/{owner.team.slug}/log/{entry.number}/").content.decode()
    for detail in (str(entry.id), "…abcd", "Newsletter (5)", "4711", "POST /subscriber", "120 ms"):
        assert detail in page
    answer = browser.get(f"/t/{owner.team.slug}/log/action/{action.id}/")
    assert answer.url == f"/t/{owner.team.slug}/log/{entry.number}/"


@pytest.mark.parametrize(
    ("operation", "kept", "english", "german"),
    [
        (
            "list_changed_contacts",
            ({"since": 1793186520, "limit": 1000}, {"count": 12345}),
            "Changed since sent 28 October 2026, 12:22:00 UTC+01:00 At most sent 1,000 "
            "Number in the list received 12,345",
            "Geändert seit gesendet 28. Oktober 2026, 12:22:00 UTC+01:00 Höchstens gesendet 1.000 "
            "Anzahl in der Liste empfangen 12.345",
        ),
        (
            "list_contacts",
            ({"status": ["pending", "unsubscribed"], "bounce_status": ["nobounce"]}, {"count": 7}),
            "Email status sent opt-in pending, unsubscribed Bounce status sent no delivery problems known",
            "E-Mail-Status gesendet Opt-in ausstehend, ausgetragen "
            "Bounce-Status gesendet keine Zustellprobleme bekannt",
        ),
        (
            "get_contact",
            ({"contact_id": "12345678"}, {"contact_id": "12345678", "status": "Opt-In Pending", "sms_status": "New"}),
            "Contact ID received 12345678 Email status received opt-in pending SMS status received New",
            "Kontakt-ID empfangen 12345678 E-Mail-Status empfangen Opt-in ausstehend SMS-Status empfangen New",
        ),
        (
            "get_optin_process",
            ({"optin_process_id": 11111}, {"single_optin": True}),
            "Opt-in process sent 11111 Single opt-in received yes",
            "Opt-in-Prozess gesendet 11111 Single-Opt-in empfangen ja",
        ),
    ],
)
def test_what_is_kept_of_a_call_reads_in_the_readers_language(
    browser: Client,
    owner: Membership,
    scope: Scope,
    operation: str,
    kept: tuple[dict[str, Any], dict[str, Any]],
    english: str,
    german: str,
) -> None:
    entry = write(scope, kind=Kind.READ, operation=operation, request=kept[0], answer=kept[1])
    page = f"/t/{owner.team.slug}/log/{entry.number}/"
    assert english in main_words(browser.get(page))
    assert german in main_words(browser.get(page, headers={"accept-language": "de"}))


@pytest.mark.parametrize("number", ["999", "9" * 30])
def test_an_unknown_entry_is_not_found(browser: Client, owner: Membership, number: str) -> None:
    assert browser.get(f"/t/{owner.team.slug}/log/{number}/").status_code == 404


def test_a_sentence_of_a_later_version_is_shown_by_its_key(browser: Client, owner: Membership, scope: Scope) -> None:
    entry = write(scope)
    assert presentation.tell("segments.from_the_future", entry.parameters) == "segments.from_the_future"


def test_a_refusal_of_what_only_read_is_found_by_its_outcome(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/tag", status=403, body='["API access denied."]')
    load(account, ReferenceKind.TAGS, actor())
    log = f"/t/{account.team.slug}/log/"
    assert "tried to load the tags" in main_words(browser.get(log)), "what went wrong is never hidden"
    assert "tried to load the tags" in main_words(browser.get(f"{log}?outcome=refused"))
    nothing = browser.get(f"{log}?outcome=done&client={account.slug}")
    assert "What was only read is hidden. Show also what was only read" in main_words(nothing)
    asked = urlencode({"q": f"client:{account.slug} outcome:done kind:any"})
    assert f'href="{log}?{asked}"' in nothing.content.decode()
    assert "hidden" not in main_words(browser.get(f"{log}?outcome=unknown&client={account.slug}&kind=any"))


def test_times_tell_their_zone(browser: Client, owner: Membership) -> None:
    events.record(SIGNED_IN, actor(), Scope(owner.team_id))
    log = f"/t/{owner.team.slug}/log/"
    assert re.search(r"20\d\d UTC\+0[12]:00", main_words(browser.get(log)))
    number = AuditEntry.objects.latest("number").number
    assert re.search(r"\d\d:\d\d:\d\d UTC\+0[12]:00", main_words(browser.get(f"{log}{number}/")))


def test_long_calls_are_told_in_seconds() -> None:
    for seconds, told in ((0.0204, "20 ms"), (0.9994, "999 ms"), (1.25, "1.2 s"), (19.96, "20.0 s")):
        assert LoggedCall(AuditEntry(duration=timedelta(seconds=seconds))).took == told


def test_days_before_and_after_the_whole_log_have_nothing(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope)
    log = f"/t/{owner.team.slug}/log/"
    today = timezone.localdate()
    for asked in ("until=2020-01-01", f"since={today + timedelta(days=1)}"):
        assert browser.get(f"{log}?{asked}").context["actions"] == []
    for asked in (f"since={today}", f"until={today}", f"since={today}&until={today}", "since=2020-01-01"):
        assert len(browser.get(f"{log}?{asked}").context["actions"]) == 2, asked


def test_clients_and_people_are_offered_in_the_order_of_the_alphabet(browser: Client, owner: Membership) -> None:
    for name in ("Zahnarzt", "Ärztehaus"):
        ClientAccountFactory(team=owner.team, name=name)
        MembershipFactory(team=owner.team, user__name=name)
    form = log(browser, owner).context["controls"]
    for field in ("client", "actor"):
        offered = [str(name) for _id, name in form.fields[field].choices]
        assert offered.index("Ärztehaus") < offered.index("Zahnarzt")


def test_a_tag_that_was_created_on_the_way_is_told_whatever_came_of_the_rest(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "x"})
    write(scope, action, operation="create_tag", request={"name": "Herbst"})
    write(scope, action, outcome=Outcome.REFUSED, answer={"problem": "contact_not_subscribed"})
    told = words(log(browser, owner))
    assert "Alex tried to add x to Bergwind (created on the way: Herbst)" in told
