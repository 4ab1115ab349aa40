"""The log is asked for a contact by its address, number or ID, of which nothing gets into a URL."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, Kind, Outcome, SubjectKind
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from integrations.contacts.sentences import ADD_CONTACT, CONTACT_OPENED
from integrations.tags.sentences import CONTACTS_TAGGED
from tests.audit.test_log_page import sentences, write
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import words

EMAIL = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")
NUMBER = Subject(SubjectKind.SMS, "+4915112345678")
CONTACT_ID = Subject(SubjectKind.CONTACT, "4711")
TOLD = "Alex added a•••@klick-tipp.team to Bergwind"


def write_about(scope: Scope, *subjects: Subject, **columns: Any) -> None:
    write(scope, Action(ADD_CONTACT, actor(), {"contact": subjects[0].label}, subjects), **columns)


@pytest.fixture
def scope(owner: Membership) -> Scope:
    """Of a client whose log has a contact by all that it can be known by, and another contact."""
    scope = ClientAccountFactory(team=owner.team, name="Bergwind").scope
    write_about(scope, EMAIL, NUMBER, CONTACT_ID)
    write_about(scope, Subject(SubjectKind.EMAIL, "bea@klick-tipp.team"))
    return scope


def find(browser: Client, owner: Membership, typed: str, filters: str = "", *, follow: bool = True) -> Any:
    line = f'{filters} phone:"{typed}"' if filters else typed
    return browser.post(f"/t/{owner.team.slug}/log/", {"line": line}, follow=follow)


def signed_in(membership: Membership) -> Client:
    browser = Client()
    browser.force_login(membership.user)
    return browser


@pytest.mark.parametrize(
    "typed",
    [
        "ada@klick-tipp.team",
        " Ada@Klick-Tipp.team ",
        "Ada Lovelace <ada@klick-tipp.team>",
        "+49 1511 2345678",
        "0049 1511 2345678",
        "01511 2345678",
        "(01511) 234-5678",
        "4711",
    ],
)
def test_a_contact_is_found_however_it_is_typed(browser: Client, owner: Membership, scope: Scope, typed: str) -> None:
    page = find(browser, owner, typed)
    assert sentences(page) == [TOLD]
    assert "Only what is about this contact:" in words(page)


def test_the_url_tells_nothing_of_the_contact_and_keeps_the_other_qualifiers(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    line = "client:bergwind email:ada@klick-tipp.team kind:any"
    answer = browser.post(f"/t/{owner.team.slug}/log/", {"line": line})
    to = urlsplit(answer.url)
    assert (answer.status_code, to.netloc, to.path) == (302, "", f"/t/{owner.team.slug}/log/")
    hashes = ",".join(search_hashes(EMAIL, owner.team_id))
    assert parse_qs(to.query) == {"q": [f"client:bergwind subject:{hashes} kind:any"]}


def test_no_word_beside_others_gets_into_the_url_that_is_a_contacts_number_id_or_key(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    long_id, key = (Subject(SubjectKind.CONTACT, value) for value in ("47110815", "k4eyOfAda"))
    write_about(scope, long_id)
    write_about(scope, key)
    of_number = ["+4915112345678", "01511 2345678", "(01511) 234-5678", "0049 1511 23 45 678", '"01511 2345678"']
    for typed, subject in ((long_id.value, long_id), (key.value, key), *((each, NUMBER) for each in of_number)):
        for line, asked in (
            (f"{typed} code:402 VIP", "subject:{} code:402 VIP"),
            (f"VIP code:402 -{typed}", "VIP code:402 -subject:{}"),
        ):
            answer = browser.post(f"/t/{owner.team.slug}/log/", {"line": line})
            told = asked.format(",".join(search_hashes(subject, owner.team_id)))
            assert answer.status_code == 302, line
            assert parse_qs(urlsplit(answer.url).query) == {"q": [told]}, line
    unknown = find(browser, owner, "01701234567 code:402")
    assert "The log has nothing about 01701234567" in words(unknown)
    for line in ("47110816 code:402", "4711 code:402", "01.12.2026 402 VIP", "RE-2026-0170123 VIP"):
        answer = browser.post(f"/t/{owner.team.slug}/log/", {"line": line})
        assert set(parse_qs(urlsplit(answer.url).query)["q"][0].replace('"', "").split()) == set(line.split()), line


def test_an_address_in_the_url_is_not_searched(browser: Client, owner: Membership, scope: Scope) -> None:
    for qualifier in ("email:ada@klick-tipp.team", "contact:4711", "phone:+4915112345678", "01511 2345678 code:402"):
        page = browser.get(f"/t/{owner.team.slug}/log/", {"q": qualifier})
        assert (page.status_code, page.context["actions"]) == (422, [])


def test_the_contact_stays_when_the_line_is_sent_again(browser: Client, owner: Membership, scope: Scope) -> None:
    page = find(browser, owner, "4711")
    text = page.content.decode()
    hashes = ",".join(search_hashes(CONTACT_ID, owner.team_id))
    assert page.context["shown"] == f"subject:{hashes}"
    assert f'href="/t/{owner.team.slug}/log/"' in text
    again = browser.post(f"/t/{owner.team.slug}/log/", {"line": "outcome:refused", "shown": f"subject:{hashes}"})
    assert parse_qs(urlsplit(again.url).query) == {"q": [f"outcome:refused subject:{hashes}"]}
    other = browser.post(f"/t/{owner.team.slug}/log/", {"line": "bea@klick-tipp.team", "shown": f"subject:{hashes}"})
    assert hashes not in other.url


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("ada@", "Please enter one complete email address"),
        ("a@b.example, c@d.example", "Please enter one complete email address"),
        ("a•••@klick-tipp.team", "in full"),
        ("0151 1", "too short"),
        ("0151 123456789123", "no phone number of the client's country (Germany)"),
        ("1\x002", "control characters"),
    ],
)
def test_what_names_no_contact_is_told_at_the_field(
    browser: Client, owner: Membership, scope: Scope, typed: str, says: str
) -> None:
    page = find(browser, owner, typed)
    assert (page.status_code, page.context["actions"]) == (422, [])
    assert says in str(page.context["mistakes"][0].message)
    assert page.context["form"]["line"].value() == typed


def test_a_number_without_country_code_is_read_as_in_each_clients_country(browser: Client, owner: Membership) -> None:
    for name, country, number in [("Alm", "AT", "+436761234567"), ("Elbe", "", "+496761234567"), ("Oslo", "NO", "")]:
        account = ClientAccountFactory(team=owner.team, name=name, country=country)
        if number:
            write_about(account.scope, Subject(SubjectKind.SMS, number))
    assert sentences(find(browser, owner, "0676 1234567")) == [
        "Alex added +49•••67 to Elbe",
        "Alex added +43•••67 to Alm",
    ]
    alm = ClientAccount.objects.get(name="Alm")
    assert sentences(find(browser, owner, "0676 1234567", f"client:{alm.slug}")) == ["Alex added +43•••67 to Alm"]

    assert "nothing about 0676 7654321 (+43 676 7654321, +49 6767 654321)" in words(
        find(browser, owner, "0676 7654321")
    )
    nobodys = find(browser, owner, "0676 12345678901234")
    assert "begin the phone number with + or 00" in str(nobodys.context["mistakes"][0].message)


def test_a_number_is_not_read_as_in_the_country_of_a_client_that_is_out_of_sight(owner: Membership) -> None:
    seen: ClientAccount = ClientAccountFactory(team=owner.team, name="Elbe")
    ClientAccountFactory(team=owner.team, country="AT")
    member = MembershipFactory(team=owner.team, role=Role.EDITOR)
    set_limit(member, [seen], actor(owner.user))
    assert "nothing about 0171 1234567 (+49 171 1234567)" in words(find(signed_in(member), owner, "0171 1234567"))


def test_digits_alone_are_an_id(browser: Client, owner: Membership) -> None:
    scope = ClientAccountFactory(team=owner.team, name="Aarhus", country="DK").scope
    write_about(scope, Subject(SubjectKind.SMS, "+4532123456"))
    assert "nothing about 32123456" in words(find(browser, owner, "32123456"))
    assert sentences(find(browser, owner, "32 12 34 56")) == ["Alex added +45•••56 to Aarhus"]


def test_a_contact_that_the_log_does_not_know(browser: Client, owner: Membership, scope: Scope) -> None:
    page = find(browser, owner, "Carla@klick-tipp.team")
    assert page.status_code == 200
    assert "The log has nothing about Carla@klick-tipp.team" in words(page)
    assert sentences(page) == []


def test_what_the_other_filters_hide_is_one_click_away(browser: Client, owner: Membership, scope: Scope) -> None:
    opened = Action(CONTACT_OPENED, actor(), {"contact": "4712"}, (Subject(SubjectKind.CONTACT, "4712"),))
    write(scope, opened, Kind.READ, operation="get_contact")
    page = browser.post(f"/t/{owner.team.slug}/log/", {"line": "contact:4712 actor:nobody"}, follow=True)
    assert "Nothing about this contact fits the other filters, or it was only looked at." in words(page)
    url = f"/t/{owner.team.slug}/log/?{page.context['all_about']}"
    searched = f"{owner.user.name} looked in the log for 4712"
    assert sentences(browser.get(url)) == [searched, "Alex looked at the contact 4712 of Bergwind"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VIEWER, Role.EDITOR])
def test_who_sees_the_log_finds_contacts_in_it(owner: Membership, scope: Scope, role: Role) -> None:
    member = MembershipFactory(team=owner.team, role=role)
    assert sentences(find(signed_in(member), owner, "+4915112345678")) == [TOLD]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN, Role.EDITOR])
def test_a_contact_of_other_clients_is_not_there_for_who_is_limited(
    owner: Membership, scope: Scope, role: Role
) -> None:
    own: ClientAccount = ClientAccountFactory(team=owner.team, name="Hafenkaffee")
    member = MembershipFactory(team=owner.team, role=role)
    set_limit(member, [own], actor(owner.user))
    browser = signed_in(member)
    page = find(browser, owner, "ada@klick-tipp.team")
    assert "The log has nothing about ada@klick-tipp.team" in words(page)
    assert "You see only what concerns your clients." in words(page)

    about = ",".join(search_hashes(EMAIL, owner.team_id))
    by_link = browser.get(f"/t/{owner.team.slug}/log/?q=subject:{about}")
    assert "a•••@" not in words(by_link)

    write_about(own.scope, EMAIL)
    assert sentences(find(browser, owner, "ada@klick-tipp.team")) == ["Alex added a•••@klick-tipp.team to Hafenkaffee"]


def test_another_teams_contact_is_not_there(browser: Client, owner: Membership) -> None:
    write_about(ClientAccountFactory().scope, EMAIL)
    assert "The log has nothing about" in words(find(browser, owner, "ada@klick-tipp.team"))


def test_of_a_list_only_what_became_of_the_contact_is_told(browser: Client, owner: Membership, scope: Scope) -> None:
    bea, cleo = (Subject(SubjectKind.EMAIL, f"{name}@klick-tipp.team") for name in ("bea", "cleo"))
    action = Action(CONTACTS_TAGGED, actor(), {"contacts": 3, "tags": [{"id": 1, "name": "VIP"}]})
    write(scope, replace(action, subjects=(EMAIL,)))
    refused = {"operation": "tag_contact", "outcome": Outcome.REFUSED, "answer": {"problem": "not_found"}}
    write(scope, replace(action, subjects=(bea,)), **refused)
    write(scope, replace(action, subjects=(cleo,)))

    (told,) = [each for each in find(browser, owner, EMAIL.value).context["actions"] if "VIP" in each.sentence]
    assert "tagged a•••@klick-tipp.team of" in told.sentence
    assert (told.outcome, told.problems) == (Outcome.DONE, [])
    (told,) = [each for each in find(browser, owner, bea.value).context["actions"] if "VIP" in each.sentence]
    assert (told.outcome, len(told.problems)) == (Outcome.REFUSED, 1)


def test_the_number_of_queries_does_not_grow(
    browser: Client, owner: Membership, scope: Scope, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        write_about(scope, EMAIL, NUMBER, CONTACT_ID)
    with django_assert_max_num_queries(34):  # with those that write of the search
        find(browser, owner, "ada@klick-tipp.team")
    with django_assert_max_num_queries(26):
        find(browser, owner, "ada@klick-tipp.team")


def test_a_number_that_is_nobodys_can_be_a_status_a_code_or_an_entry(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    write_about(scope, EMAIL, outcome=Outcome.REFUSED, status=406, code=402)
    page = find(browser, owner, "406")
    assert page.context["meant_by_number"] == [
        ("status:406", "q=kind%3Aany+status%3A406"),
        ("code:406", "q=kind%3Aany+code%3A406"),
    ]
    assert len(sentences(browser.get(f"/t/{owner.team.slug}/log/?q=kind%3Aany+status%3A406"))) == 1
    number = AuditEntry.objects.latest("number").number
    assert find(browser, owner, str(number)).context["entry_of_number"] == number
    assert find(browser, owner, "99999999").context["entry_of_number"] is None


def test_the_id_of_a_request_finds_its_action(browser: Client, owner: Membership, scope: Scope) -> None:
    write_about(scope, Subject(SubjectKind.EMAIL, "bea@klick-tipp.team"))
    entry = AuditEntry.objects.latest("number")
    assert len(sentences(find(browser, owner, str(entry.pk)))) == 1


def test_days_clients_and_people_can_be_typed_as_one_says_them(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    day = timezone.localdate()
    for typed in (f"since:{day:%d.%m.%Y}", "since:Today", "client:berg", f'actor:"{str(owner.user)[:-1]}"'):
        assert find(browser, owner, typed).status_code == 200, typed
    assert find(browser, owner, "since:31.02.2026").status_code == 422
    assert find(browser, owner, "client:nowhere").status_code == 422
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    assert find(browser, owner, "since:heute").status_code == find(browser, owner, "until:gestern").status_code == 200
