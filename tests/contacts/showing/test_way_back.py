"""A contact leads back to where it was opened from."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry
from integrations.clients.models import ClientAccount
from tests.contacts.browsing.test_browse import browse, read_rows
from tests.contacts.changing.helpers import HX, OnPage
from tests.contacts.showing.test_find import url
from tests.pages import Page, html

LIST = "status=subscribed&bounce=nobounce&tag=7&list=abcdefghijkl&page=2"


def links(page: Page, words: str) -> list[str]:
    """Where the links of these words lead."""
    found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', html(page), re.DOTALL)
    return [unescape(href) for href, text in found if words in text]


def test_a_row_leads_to_the_contact_and_it_back_to_the_row(browser: Client, account: ClientAccount) -> None:
    page = browse(browser, account, "status=subscribed")
    row = re.search(r'href="([^"]*/contacts/(\d+)/[^"]*)"', read_rows(browser, account, page))
    assert row
    contact_url, contact_id = unescape(row[1]), row[2]

    (back,) = links(browser.get(contact_url), "Back to the list")

    assert back == f"{page.wsgi_request.get_full_path()}#contact-{contact_id}"
    listed = browser.get(back)
    assert listed.status_code == 200
    assert f'id="contact-{contact_id}"' in html(listed)
    assert not listed.context["is_another"]


def test_rows_that_come_with_the_page_lead_there_too(browser: Client, account: ClientAccount) -> None:
    page = browse(browser, account, "rows=all")
    row = re.search(r'href="([^"]*/contacts/\d+/[^"]*)"', html(page))
    assert row
    (back,) = links(browser.get(unescape(row[1])), "Back to the list")
    assert "rows=all" in back


def test_all_that_is_changed_on_the_way_keeps_it(dario: OnPage) -> None:
    page = dario.browser.get(dario.url(f"?{LIST}"))
    for part in ("data/", "tags/add/", "email/", "unsubscribe/", "delete/"):
        assert f"{dario.url(part)}?{LIST}" in unescape(html(page))
    form = dario.browser.get(dario.url(f"unsubscribe/?{LIST}"))
    assert f'action="{dario.url("unsubscribe/")}?{LIST}"' in unescape(html(form))
    assert dario.url(f"?at=contact-status&{LIST}#contact-status") in links(form, "Cancel")

    sent = {"action": str(form.context["action"]), "shown": form.context["signed"]}
    done = dario.send(f"unsubscribe/?{LIST}", sent, htmx=False)

    assert done.url == f"{dario.url()}?{LIST}#contact-status"
    assert links(dario.browser.get(done.url), "Back to the list")


def test_a_contact_that_is_deleted_leads_back_at_once(dario: OnPage) -> None:
    form = dario.form("delete/", typed="dario.jansson3@klick-tipp.team")
    done = dario.send(f"delete/?{LIST}", form, htmx=False)
    assert done.url.startswith(f"{url(dario.account, 'browse/')}?{LIST}")


def test_sections_that_are_shown_anew_keep_it(dario: OnPage) -> None:
    form = dario.form("unsubscribe/")
    section = dario.browser.post(dario.url(f"unsubscribe/?{LIST}"), form, **HX)
    assert f"{dario.url('tags/add/')}?{LIST}" in unescape(html(section))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "list=//evil.example",
        "list=abcdefghijk/",
        urlencode({"list": "ada@klick-tipp.team"}),
        "entry=0",
        "entry=-1",
        "entry=1e9",
        "page=2",
    ],
)
def test_nothing_else_leads_anywhere(dario: OnPage, query: str) -> None:
    page = dario.browser.get(dario.url(f"?{query}"))
    assert not links(page, "Back to the")
    assert not any("evil" in href for href in links(page, ""))


def test_only_what_a_list_can_be_asked_for_is_handed_on(dario: OnPage) -> None:
    further = urlencode({"status": "ada@klick-tipp.team", "bounce": "softbounce", "tag": "x", "next": "//evil.example"})
    (back,) = links(dario.browser.get(dario.url(f"?list=abcdefghijkl&{further}")), "Back to the list")
    assert back.partition("?")[2].partition("#")[0] == "bounce=softbounce&list=abcdefghijkl"


def test_an_entry_of_the_log_is_led_back_to_with_its_filters(dario: OnPage) -> None:
    dario.browser.get(dario.url())
    entry = AuditEntry.objects.filter(operation="get_contact").latest("number")
    entry_url = f"/t/{dario.account.team.slug}/log/{entry.number}/?q=kind%3Aany&before=99"
    (contact_url,) = links(dario.browser.get(entry_url), dario.contact_id)
    assert links(dario.browser.get(contact_url), "Back to the log entry") == [entry_url]
