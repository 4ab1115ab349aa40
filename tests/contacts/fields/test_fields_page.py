"""The page of a client account's data fields: their types, set by people and guessed from contacts."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.presentation import LoggedAction
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from integrations.contacts.fields.types import data_fields, learn, types_of
from integrations.contacts.models import FieldSetting
from integrations.contacts.sentences import FIELDS_LISTED
from integrations.klicktipp import FieldType
from tests.contacts.adding.test_add import send, typed, url
from tests.factories import MembershipFactory, actor
from tests.pages import errors, html, logged
from tests.service import Service

Page = Any


@pytest.fixture
def ids(browser: Client, account: ClientAccount) -> dict[str, str]:
    """The ids of the account's data fields by name, after the page has loaded them."""
    browser.get(url(account, "fields/"))
    return {item["name"]: item["id"] for item in ReferenceSnapshot.objects.get(kind=ReferenceKind.FIELDS).items}


def line(page: Page) -> str:
    """The markup of a page in one line."""
    return " ".join(html(page).split())


def set_type(browser: Client, account: ClientAccount, field_id: str, kind: str, **headers: str) -> Page:
    """Set the type of one data field, as a page does on which another was set before."""
    return browser.post(url(account, "fields/types/"), {field_id: kind, f"initial-{field_id}": "?"}, headers=headers)


def told() -> list[str]:
    return logged(sentence__startswith="contacts.field_type")


def test_the_own_fields_come_first_and_the_global_ones_have_their_types(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browser.get(url(account, "fields/"))

    names = [field.name for field in page.context["page"]]
    assert names[0] == "Best time to call"
    assert names.index("Signature") < names.index("Birthday (date)")
    types = {field.name: field.type for field in page.context["page"]}
    assert types["Birthday (date)"] == FieldType.DATE
    assert types["Lead value (number)"] == FieldType.NUMBER
    assert types["Signature"] is None
    assert page.content.decode().count("<select") == 10
    assert service.paths() == ["GET /field"]


def test_a_type_is_set_changed_and_taken_back_and_the_log_tells(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    since = ids["Customer since"]
    for kind in ("date_time", "date", "date", ""):
        page = set_type(browser, account, since, kind)
        assert page.status_code == 302

    name = account.name
    assert [sentence.split(" ", 2)[2] for sentence in told()] == [
        f"set the type of the data field Customer since of {name} to Date & time",
        f"changed the type of the data field Customer since of {name} from Date & time to Date",
        f"took back the type of the data field Customer since of {name}, which was Date",
    ]
    with translation.override("de"):
        assert told()[1].endswith("von Datum & Uhrzeit auf Datum geändert")
    assert since not in types_of(account)


def fields_on(page: Page) -> dict[str, str]:
    """The page's form as a browser sends it."""
    form = line(page).partition('id="types"')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form):
        found[name] = (re.findall(r'value="([^"]*)" selected', options) or [""])[0]
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def test_several_types_are_set_with_one_button(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    set_type(browser, account, ids["Employees"], "line")
    form = fields_on(browser.get(url(account, "fields/")))
    form |= {ids["Notes"]: "paragraph", ids["Signature"]: "html", ids["Employees"]: ""}

    page = browser.post(url(account, "fields/types/"), form, follow=True)

    assert "The types of 3 data fields are set." in line(page)
    types = types_of(account)
    assert (types[ids["Notes"]], types[ids["Signature"]]) == ("paragraph", "html")
    assert ids["Employees"] not in types
    assert len(told()) == 2
    _actor, what, fields = told()[1].partition(" set the types of 3 data fields of Harbour Lane Coffee: ")
    assert what
    assert sorted(fields.split(", ")) == ["Employees ((none))", "Notes (Paragraph)", "Signature (HTML)"]
    assert service.paths() == ["GET /field"], "setting types calls nobody"
    again = browser.post(url(account, "fields/types/"), fields_on(page), follow=True)
    assert "Nothing was changed." in line(again)
    assert len(told()) == 2


def test_what_somebody_else_has_set_meanwhile_stays(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    form = fields_on(browser.get(url(account, "fields/")))
    set_type(browser, account, ids["Employees"], "number")
    browser.post(url(account, "fields/types/"), form | {ids["Notes"]: "paragraph"})
    types = types_of(account)
    assert (types[ids["Employees"]], types[ids["Notes"]]) == ("number", "paragraph")


def test_a_guess_is_taken_with_what_else_was_chosen(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    learn(account, {ids["Employees"]: "17", ids["Notes"]: "17"})
    form = fields_on(browser.get(url(account, "fields/"))) | {ids["Signature"]: "html", "take": ids["Employees"]}
    browser.post(url(account, "fields/types/"), form)
    types = types_of(account)
    assert (types[ids["Employees"]], types[ids["Signature"]]) == ("number", "html")
    assert ids["Notes"] not in types
    for stranger in ("fieldBirthday", "field4711"):
        assert browser.post(url(account, "fields/types/"), form | {"take": stranger}).status_code == 302
        assert len(told()) == 1


def test_the_list_comes_back_as_it_was_with_what_was_set(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    form = fields_on(browser.get(url(account, "fields/?q=sig"))) | {ids["Signature"]: "html"}
    page = browser.post(url(account, "fields/types/"), form, follow=True)
    assert "Signature: the type is now “HTML”." in line(page)
    assert [field.name for field in page.context["page"]] == ["Signature"]
    assert '<tr class="table-active" data-focus="control">' in line(page)


def test_a_data_field_is_shown_on_the_page_that_has_it(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    ReferenceSnapshot.objects.update(items=[{"id": f"field{n}", "name": f"Field {n:03}"} for n in range(120)])
    page = browser.get(url(account, "fields/?at=field77"))
    assert page.context["page"].number == 2
    row = line(page).partition('data-focus="control"')[2].partition("</tr>")[0]
    assert 'id="type-field77"' in row
    assert browser.get(url(account, "fields/?at=field999")).context["page"].number == 1


@pytest.mark.parametrize("field", ["Notes", "Signature"])
def test_an_unknown_type_is_refused(browser: Client, account: ClientAccount, ids: dict[str, str], field: str) -> None:
    page = set_type(browser, account, ids[field], "colour")

    assert page.status_code == 422
    assert line(page).count("Please choose one of the types.") == 1
    assert types_of(account).get(ids[field]) is None


@pytest.mark.parametrize("field_id", ["fieldBirthday", "field4711", "x"])
def test_only_known_fields_of_the_accounts_own_have_a_type_to_set(
    browser: Client, account: ClientAccount, ids: dict[str, str], field_id: str
) -> None:
    set_type(browser, account, field_id, "line")
    assert not FieldSetting.objects.exists()


def test_fields_are_found_by_name_and_id_in_the_known_list(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    found = browser.get(url(account, "fields/?q=CUSTOMER"), headers={"HX-Request": "true"})
    assert b"<html" not in found.content
    assert {field.name for field in found.context["page"]} == {"Customer number", "Customer since"}
    by_id = browser.get(url(account, f"fields/?q={ids['Notes']}"))
    assert [field.name for field in by_id.context["page"]] == ["Notes"]
    assert "No data field has “xyz” in its name or ID." in line(browser.get(url(account, "fields/?q=xyz")))
    assert service.paths() == ["GET /field"]


def test_500_fields_are_shown_in_pages_with_as_many_queries(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    def shown() -> tuple[Page, int]:
        with CaptureQueriesContext(connection) as queries:
            return browser.get(url(account, "fields/?page=1")), len(queries)

    browser.get(url(account, "fields/?page=1"))
    _page, few = shown()
    ReferenceSnapshot.objects.update(items=[{"id": f"field{n}", "name": f"Field {n}"} for n in range(500)])
    FieldSetting.objects.bulk_create(
        FieldSetting(account=account, field_id=f"field{n}", type="date") for n in range(500)
    )
    page, many = shown()

    assert many == few
    assert "500 data fields, 1 to 50 on this page" in line(page)


def test_types_are_guessed_from_contacts_and_nothing_of_them_is_kept(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    page = browser.post(url(account, "fields/guess/"), follow=True)

    assert "5 contacts were looked at." in line(page)
    guesses = {field.name: field.guess for field in page.context["page"] if not field.is_global}
    assert guesses == {
        "Best time to call": "time",
        "Billing email": "email",
        "Customer number": "line",
        "Customer since": "date",
        "Employees": "number",
        "Next appointment": "date_time",
        "Notes": "paragraph",
        "Order total": "decimal",
        "Profile page": "url",
        "Signature": "html",
    }
    assert "Looks like: Date &amp; time" in line(page)
    assert service.paths()[1] == "GET /subscriber"
    assert [path.partition("1")[0] for path in service.paths()[2:]] == ["GET /subscriber/bulk/"]
    kept = {kind for setting in FieldSetting.objects.all() for kind in setting.plausible}
    assert kept <= set(FieldType)
    entry = AuditEntry.objects.filter(operation="get_contacts").latest("number")
    assert LoggedAction([entry]).sentence.endswith("to guess the types of the data fields")


def test_all_guesses_are_taken_at_once(browser: Client, account: ClientAccount, ids: dict[str, str]) -> None:
    set_type(browser, account, ids["Employees"], "line")
    browser.post(url(account, "fields/guess/"))
    page = browser.get(url(account, "fields/?q="))
    assert "For 9 data fields there are guesses" in line(page)

    page = browser.post(url(account, "fields/guesses/"), follow=True)

    assert "The types of 9 data fields are set." in line(page)
    types = {field.name: field.type for field in page.context["page"] if not field.is_global}
    assert (types["Employees"], types["Customer since"], types["Notes"]) == ("line", "date", "paragraph")
    assert "there are guesses" not in line(page)
    assert len(told()) == 2
    assert "set the types of 9 data fields of Harbour Lane Coffee: " in told()[1]
    assert "Best time to call (Time of day)" in told()[1]


def test_a_guess_gives_way_to_what_is_seen_later(account: ClientAccount) -> None:
    def guesses() -> dict[str, Any]:
        items = [{"id": field_id, "name": field_id} for field_id in ("field1", "field2", "fieldZip")]
        return {field.id: field.guess for field in data_fields(account, items)}

    learn(account, {"field1": "52200", "field2": "0", "fieldZip": "10115"})
    assert guesses() == {"field1": FieldType.TIME, "field2": None, "fieldZip": None}
    learn(account, {"field1": "17", "field2": "1715126400"})
    assert guesses() == {"field1": FieldType.NUMBER, "field2": FieldType.DATE, "fieldZip": None}
    learn(account, {"field1": "seventeen", "field2": ""})
    assert guesses() == {"field1": FieldType.LINE, "field2": FieldType.DATE, "fieldZip": None}


def test_what_is_set_needs_no_guess(browser: Client, account: ClientAccount, ids: dict[str, str]) -> None:
    learn(account, {ids["Notes"]: "17"})
    set_type(browser, account, ids["Notes"], "paragraph")

    assert "Looks like" not in line(browser.get(url(account, "fields/?q=Notes")))


def test_adding_a_contact_teaches_too(browser: Client, account: ClientAccount, ids: dict[str, str]) -> None:
    send(browser, account, shown=[ids["Employees"]], as_typed=ids["Employees"], **{ids["Employees"]: "12"})

    page = browser.get(url(account, "fields/?q=Employees"))
    assert page.context["page"][0].guess == FieldType.NUMBER


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(403, "KlickTipp refuses the access."), (500, "KlickTipp answered in a way that cannot be understood.")],
)
def test_a_failure_to_look_at_contacts_is_told(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service, status: int, sentence: str
) -> None:
    service.fault(path="/subscriber", always=True, status=status)
    page = browser.post(url(account, "fields/guess/"))

    assert page.status_code == 422
    assert sentence in line(page)
    assert "See the log entry" in line(page)
    assert "Customer since" in line(page)


def test_without_contacts_there_is_nothing_to_look_at(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    service.fault(path="/subscriber", status=404, body="")
    page = browser.post(url(account, "fields/guess/"), follow=True)
    assert "This client has no subscribed contact to look at." in line(page)


def test_the_last_known_fields_are_shown_with_the_reason(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    service.fault(path="/field", status=500, always=True)
    page = browser.get(url(account, "fields/?load=now"))
    assert "The data fields could not be loaded." in line(page)
    assert "Customer since" in line(page)


def test_without_a_key_the_page_offers_to_store_one(browser: Client, account: ClientAccount, service: Service) -> None:
    account.credentials.all().delete()
    page = browser.get(url(account, "fields/"))
    assert f"/clients/{account.slug}/key/" in line(page)
    assert service.received() == []


def test_a_viewer_sees_the_types_and_changes_none(client: Client, account: ClientAccount, ids: dict[str, str]) -> None:
    FieldSetting.objects.create(account=account, field_id=ids["Notes"], type="paragraph")
    client.force_login(MembershipFactory(team=account.team, role=Role.VIEWER).user)

    page = client.get(url(account, "fields/"))

    assert "Paragraph" in line(page)
    assert "not set (line)" in line(page)
    assert "<select" not in line(page)
    assert set_type(client, account, ids["Notes"], "line").status_code == 403


def test_the_form_follows_the_types_of_its_account(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    filled = {
        "Best time to call": ("time", "14:30", "52200"),
        "Customer since": ("date", "08.05.2024", "1715126400"),
        "Next appointment": ("date_time", "13.05.2024 14:30", "1715603400"),
        "Order total": ("decimal", "12,5", "12.50"),
        "Notes": ("paragraph", "one\r\ntwo", "one\ntwo"),
    }
    for name, (kind, _typed, _wire) in filled.items():
        set_type(browser, account, ids[name], kind)
    values = {ids[name]: text for name, (_kind, text, _wire) in filled.items()}
    answer = send(browser, account, shown=list(values), **values)

    assert answer.status_code == 302, answer.content.decode()
    contact_id = AuditEntry.objects.get(operation="add_or_update_contact").answer["contact_id"]
    kept = gateway.connect(account, Action(FIELDS_LISTED, actor())).get_contact(contact_id).fields
    assert {name: kept[ids[name]] for name in filled} == {name: wire for name, (_k, _t, wire) in filled.items()}


def test_bad_values_are_told_at_their_fields_and_nothing_is_sent(
    browser: Client, account: ClientAccount, ids: dict[str, str], service: Service
) -> None:
    bad = {
        "Best time to call": ("time", "24:00", "There is no such time"),
        "Customer since": ("date", "31.02.2026", "There is no such day"),
        "Employees": ("number", "-1", "a whole number"),
        "Order total": ("decimal", "1.23.4", "without separators"),
        "Profile page": ("url", "example", "http:// or https://"),
    }
    for name, (kind, _typed, _sentence) in bad.items():
        set_type(browser, account, ids[name], kind)
    values = {ids[name]: text for name, (_kind, text, _sentence) in bad.items()}
    page = browser.post(url(account), typed(shown=list(values), **values))

    found = errors(page)
    for name, (_kind, text, sentence) in bad.items():
        assert sentence in found[ids[name]][0]
        assert f'value="{text}"' in page.content.decode()
    assert service.paths() == ["GET /field"]


def test_what_is_wrong_with_a_value_leads_to_its_type(
    browser: Client, account: ClientAccount, ids: dict[str, str]
) -> None:
    set_type(browser, account, ids["Employees"], "number")
    values = {ids["Employees"]: "many", ids["Order total"]: "1234", "fieldBirthday": "never"}
    page = line(browser.post(url(account), typed(shown=list(values), **values)))
    for name, told_there in (("Employees", "Its type is Number: change it"), ("Order total", "Type not set")):
        link = f'href="{url(account, f"fields/?at={ids[name]}#type-{ids[name]}")}" target="_blank"> ?{told_there}'
        assert re.search(link.replace("?at", r"\?at"), page), name
    assert "at=fieldBirthday" not in page
