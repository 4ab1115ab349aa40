"""The contacts that have a tag, and since when."""

import re

from django.http import QueryDict
from django.test import Client

from integrations.audit.models import AuditEntry
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.browsing.forms import BrowseForm
from integrations.klicktipp import KlickTipp
from tests.contacts.browsing.test_browse import browse, hidden, read_rows, sentences, shown_ids
from tests.contacts.showing.test_find import url
from tests.factories import actor
from tests.pages import main_words


def test_only_those_with_the_tag_are_listed_with_the_date_they_got_it(
    browser: Client, account: ClientAccount, api: KlickTipp
) -> None:
    vip = next(tag["id"] for tag in load(account, ReferenceKind.TAGS, actor()).items if tag["name"] == "VIP")
    contact_id = api.add_or_update_contact("rainer@klick-tipp.team", tag_id=vip).id

    page = browse(browser, account, f"tag={vip}")

    assert contact_id in shown_ids(page)
    assert len(shown_ids(page)) < len(shown_ids(browse(browser, account)))
    assert "Tagged" in main_words(page)
    assert hidden(page)["tag"] == str(vip)
    row = read_rows(browser, account, page).partition(f'id="contact-{contact_id}"')[2].partition("</tr>")[0]
    assert re.search(r'data-label="Tagged">\s*<time datetime="2', row)
    assert any("(VIP; page 1)" in told for told in sentences(account))
    assert AuditEntry.objects.filter(operation="list_tagged_contacts").count() == 1


def test_the_number_of_contacts_with_a_tag_leads_to_them(browser: Client, account: ClientAccount) -> None:
    tag = load(account, ReferenceKind.TAGS, actor()).items[0]
    where = url(account).replace("contacts/", "tags/")
    counted = browser.get(f"{where}{tag['id']}/count/").content.decode()
    assert f'href="{url(account, "browse/")}?tag={tag["id"]}"' in counted


def test_a_tag_that_is_none_is_told(browser: Client, account: ClientAccount) -> None:
    assert browser.get(url(account, "browse/?tag=nonsense")).status_code == 422
    assert browser.get(url(account, "browse/?tag=99999999999999999999")).status_code == 422
    told = main_words(browse(browser, account, "tag=4711"))
    assert "The tag was not found." in told


def test_tags_are_offered_in_the_order_of_the_alphabet() -> None:
    tags = [{"id": 1, "name": "Zeder"}, {"id": 2, "name": "ahorn"}, {"id": 3, "name": "Ähre"}]
    widget = BrowseForm(QueryDict(), tags).fields["tag"].widget
    assert [name for _id, name in widget.choices][1:] == ["ahorn", "Ähre", "Zeder"]  # type: ignore[attr-defined]
