"""The controls beside the line of the log are sent with it, so that neither what is typed nor what is chosen goes."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import Membership
from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject, search_hashes
from integrations.contacts.sentences import ADD_CONTACT
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, actor
from tests.pages import main_words

EMAIL = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")


@pytest.fixture
def scope(owner: Membership) -> Scope:
    scope: Scope = ClientAccountFactory(team=owner.team, name="Bergwind").scope
    write(scope, answer={"problem": "contact_not_subscribed"})
    return scope


def send(browser: Client, owner: Membership, **typed: str) -> Any:
    """What a browser sends of the form: the line and all controls, also those without a value."""
    controls = dict.fromkeys(("client", "actor", "outcome", "kind", "since", "until", "op", "code", "key", "ref"), "")
    return browser.post(f"/t/{owner.team.slug}/log/", controls | {"line": "", "shown": ""} | typed)


def asks_for(browser: Client, answer: Any) -> set[str]:
    """The parts of the line of the page that an answer leads to."""
    return set(browser.get(answer.url).context["asked"].line.split())


@pytest.mark.usefixtures("scope")
def test_what_is_typed_and_what_is_chosen_are_asked_for_together(browser: Client, owner: Membership) -> None:
    shown = {"shown": "outcome:done", "outcome": "done"}
    for typed, expected in (
        ({"line": "code:402", "outcome": "refused"}, {"code:402", "outcome:refused"}),
        ({"line": "VIP outcome:done", **shown, "outcome": "refused"}, {"VIP", "outcome:refused"}),
        ({"line": "outcome:done VIP", **shown, "outcome": ""}, {"VIP"}),
        ({"line": "outcome:refused", **shown}, {"outcome:refused"}),
        ({"line": "", **shown}, set()),
        ({"line": "since:2026-11-25 VIP", "shown": "since:2026-11-25", "since": "2026-11-25T00:00"}, "as typed"),
        ({"line": "since:2026-11-25", "shown": "since:tomorow"}, "as typed"),
        ({"line": "outcome:done outcome:refused", "shown": "outcome:done outcome:refused"}, "as typed"),
    ):
        parts = set(typed["line"].split()) if expected == "as typed" else expected
        assert asks_for(browser, send(browser, owner, **typed)) == parts, typed


def test_a_typed_contact_reaches_no_address_when_a_control_is_chosen(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    write(scope, Action(ADD_CONTACT, actor(), {"contact": "a•••@klick-tipp.team"}, (EMAIL,)))
    hashes = ",".join(search_hashes(EMAIL, owner.team_id))
    fragment = {"HX-Request": "true"}

    answer = send(browser, owner, line=f"email:{EMAIL.value} VIP", outcome="done")
    assert parse_qs(urlsplit(answer.url).query) == {"q": [f"subject:{hashes} VIP"], "outcome": ["done"]}
    told = browser.get(answer.url, headers=fragment)
    assert parse_qs(urlsplit(told["HX-Push-Url"]).query) == {"q": [f"subject:{hashes} VIP outcome:done"]}

    unknown = browser.post(
        f"/t/{owner.team.slug}/log/", {"line": "bea@klick-tipp.team", "code": "402"}, headers=fragment
    )
    assert (unknown.status_code, "HX-Push-Url" in unknown, "Location" in unknown) == (200, False, False)


def test_what_was_chosen_stays_beside_a_line_with_a_mistake(browser: Client, owner: Membership, scope: Scope) -> None:
    page = send(browser, owner, line="outcome:done nonsense:5", shown="outcome:done", outcome="refused")

    assert page.status_code == 422
    assert page.context["form"]["line"].value() == "outcome:done nonsense:5"
    assert page.context["controls"]["outcome"].value() == "refused"
    mended = send(browser, owner, line="outcome:done", shown=page.context["shown"], outcome="refused")
    assert asks_for(browser, mended) == {"outcome:refused"}


def test_an_impossible_choice_is_told_at_its_control(browser: Client, owner: Membership, scope: Scope) -> None:
    page = browser.get(send(browser, owner, line="VIP", code="abc").url)

    assert page.status_code == 422
    assert page.context["controls"]["code"].errors
    assert not page.context["form"].errors


def test_what_is_too_long_for_an_address_is_told(browser: Client, owner: Membership) -> None:
    log = f"/t/{owner.team.slug}/log/"
    long = "\U0001f600" * 1_900
    page = browser.post(log, {"line": long})
    assert page.status_code == 422
    assert "a search has at most 2,000 characters" in main_words(page)
    assert browser.post(log, {"line": "", "ref": long}, follow=True).status_code == 200
