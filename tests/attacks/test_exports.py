"""Exports that another site, or another host of the same one, has a member's browser begin."""

import pytest
from django.test import Client

from accounts.roles import Capability
from integrations.audit.models import AuditEntry
from tests.service import Service
from tests.test_access import LEADS_ON, TABLE, Tenant, make_tenant, undone

PAGES_ABOUT_A_PERSON = {"log_person", "log_person_of_client"}


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
        if opened.streaming or name in PAGES_ABOUT_A_PERSON:
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
    assert exports == {
        *PAGES_ABOUT_A_PERSON,
        "access_review_table",
        "log_export_csv",
        "log_export_jsonl",
        "log_export_ocsf",
        "log_export_proved",
        "log_export_proved_log",
        "log_proof_folder",
        "log_report",
        "removed_client_table",
    }
