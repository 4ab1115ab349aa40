"""Exports that another site, or another host of the same one, has a member's browser begin, or that somebody asks for
in a browser that its person has left."""

import re
from html import unescape
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils.timezone import localdate

from accounts.roles import Capability
from integrations.audit.models import AuditEntry, SubjectKind
from integrations.audit.subjects import Subject, search_hashes
from tests.accounts.helpers import let_half_an_hour_pass
from tests.factories import PASSWORD
from tests.service import Service
from tests.test_access import LEADS_ON, TABLE, Tenant, make_tenant, undone

PAGES_ABOUT_A_PERSON = {"log_person", "log_person_of_client"}
PAGES = {*PAGES_ABOUT_A_PERSON, "log_report"}
EXPORTS = {
    *PAGES,
    "access_review_table",
    "log_export_csv",
    "log_export_jsonl",
    "log_export_ocsf",
    "log_export_proved",
    "log_export_proved_log",
    "log_proof_folder",
    "removed_client_table",
}


@pytest.fixture
def tenant(db: None, service: Service) -> Tenant:
    return make_tenant(service.customer_keys[0])


def test_nobody_elses_page_begins_an_export_and_all_other_pages_open_from_a_mail(tenant: Tenant) -> None:
    browser = Client()
    browser.force_login(tenant.owner.user)
    exports = set()
    for name in (name for name, asked in TABLE.items() if isinstance(asked, Capability) and name not in LEADS_ON):
        url = tenant.url(name)
        with undone():
            opened = browser.get(url, headers={"Sec-Fetch-Site": "same-origin"})
        if opened.streaming or name in PAGES:
            exports.add(name)
        for site in ("none", "same-site", "cross-site"):
            with undone():
                before = AuditEntry.objects.count()
                led = browser.get(url, headers={"Sec-Fetch-Site": site})
                is_offered = name in exports and site != "none"
                assert led.status_code == (403 if is_offered else opened.status_code), (name, site)
                if is_offered:
                    assert AuditEntry.objects.count() == before, name
                    assert f'href="{url}">Yes' in led.content.decode()
    assert exports == EXPORTS


def test_who_asks_for_an_export_confirms_that_it_is_them_and_is_led_back_to_it(tenant: Tenant) -> None:
    log, confirm = tenant.url("log"), reverse("account_reauthenticate")
    about = ",".join(search_hashes(Subject(SubjectKind.EMAIL, "ada@example.org"), tenant.team.pk))
    for name in sorted(EXPORTS):
        day = {"on": str(localdate())} if name == "access_review_table" else {}
        asked = day or {"q": f"subject:{about}" if name in PAGES_ABOUT_A_PERSON else "kind:any"}
        url = f"{tenant.url(name)}?{urlencode(asked)}"
        browser = Client()
        browser.force_login(tenant.owner.user)
        let_half_an_hour_pass(browser)
        with undone():
            led = browser.get(url, headers={"Referer": f"http://testserver{log}?q=code%3A402"})
            assert (led.status_code, led["Location"]) == (302, f"{confirm}?next={quote(url)}"), name
            assert browser.post(confirm, {"password": "a guess", "next": url}).status_code == 200
            assert browser.get(url).status_code == 302, name
            assert browser.get(url, headers={"Referer": f"http://testserver{log}?q=code%3A402"}).status_code == 302
            assert browser.post(confirm, {"password": PASSWORD, "next": url})["Location"] == url
            before = AuditEntry.objects.count()
            leads_on = browser.get(url)
            shown = unescape(leads_on.content.decode())
            assert (leads_on.status_code, leads_on.streaming) == (200, False), name
            assert all(part in shown for part in (f"0; url={url}", f'href="{url}"', f'href="{log}?q=code%3A402"')), name
            assert AuditEntry.objects.count() == before, name
            answer = browser.get(url)
            assert answer.status_code == 200, name
            assert answer.streaming or name in PAGES, name
            assert AuditEntry.objects.count() > before or name == "log_proof_folder", name


def test_the_way_back_from_an_export_leads_to_no_other_site(tenant: Tenant) -> None:
    browser, url = Client(), tenant.url("log_export_csv")
    browser.force_login(tenant.owner.user)
    for before in (
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "javascript:alert(1)",
        "http://testserver:1/x",
    ):
        let_half_an_hour_pass(browser)
        browser.get(url, headers={"Referer": before})
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        shown = browser.get(url).content.decode()
        assert f'href="{tenant.url("team")}">Back' in shown, before
        assert before not in shown


def test_no_link_to_an_export_saves_the_page_that_asks_who_is_there(tenant: Tenant) -> None:
    """As one does with `download`, which takes whatever comes for the file."""
    browser = Client()
    browser.force_login(tenant.owner.user)
    for name in ("log_proof_log", "removed_clients", "access_review", "log"):
        links = re.findall(r"<a [^>]*>", browser.get(tenant.url(name)).content.decode())
        paths = [urlsplit(unescape(re.findall('href="([^"]*)"', link)[0])).path for link in links if "download" in link]
        assert not {resolve(path).url_name for path in paths} & EXPORTS, name
