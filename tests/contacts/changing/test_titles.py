"""What browsers keep of the pages that change a contact."""

import re
from typing import Any

import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from integrations.klicktipp import KlickTipp
from tests.contacts.showing.test_find import url

FORMS = ["data/", "email/", "sms/", "tags/add/", "unsubscribe/", "delete/"]


@pytest.fixture
def contact_id(api: KlickTipp) -> str:
    return api.add_or_update_contact("rainer@klick-tipp.team", fields={"fieldFirstName": "Rainer"}).id


def title(page: Any) -> str:
    found = re.search(r"<title>(.*?)</title>", page.content.decode(), re.S)
    assert found
    return " ".join(found[1].split())


def test_each_form_has_a_title_of_its_own_without_an_address(
    browser: Client, account: ClientAccount, contact_id: str
) -> None:
    titles = [title(browser.get(url(account, f"{contact_id}/{form}"))) for form in ("", *FORMS)]

    assert len(set(titles)) == len(titles)
    assert not [told for told in titles if "@" in told or "Rainer" in told]
