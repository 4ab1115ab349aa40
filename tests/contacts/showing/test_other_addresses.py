"""What a contact's page tells of it under the addresses that it had, and what it must not tell of other people."""

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from tests.contacts.adding.test_add import send as add
from tests.contacts.changing.helpers import ADDRESS, OnPage
from tests.factories import actor
from tests.pages import html, words

OLD, NEW = "ada@klick-tipp.team", "bea@klick-tipp.team"


@pytest.fixture
def ada(browser: Client, account: ClientAccount) -> OnPage:
    assert add(browser, account, email=OLD).status_code == 302
    return OnPage(browser, account, OLD)


def tag(page: OnPage, addresses: str, name: str) -> None:
    """Give the contacts of a pasted list a tag."""
    (tag_id,) = (item["id"] for item in load(page.account, ReferenceKind.TAGS, actor()).items if item["name"] == name)
    url = f"/t/{page.account.team.slug}/clients/{page.account.slug}/tags/tagging/"
    form = {"action": str(page.browser.get(url).context["action"]), "addresses": addresses, "tags": [tag_id]}
    assert page.browser.post(url, form).status_code == 200


def told(page: OnPage) -> str:
    """What its page tells of what was done to a contact."""
    _before, _, section = html(page.browser.get(page.url())).partition('id="contact-log"')
    return section.partition("</section>")[0]


def test_what_was_done_by_list_stays_when_the_address_changes(ada: OnPage) -> None:
    tag(ada, f"{OLD}\n{ADDRESS}", "Newsletter")
    assert ada.fill("email/", address=NEW).status_code == 200

    assert "tagged a•••@klick-tipp.team of Harbour Lane Coffee with Newsletter" in told(ada)
    assert ada.fill("delete/", typed=NEW).status_code == 200
    assert "tagged a•••@klick-tipp.team of Harbour Lane Coffee with Newsletter" in told(ada)


def test_an_address_that_is_somebody_elses_now_does_not_make_two_people_one(
    ada: OnPage,
) -> None:
    tag(ada, OLD, "Newsletter")
    assert ada.fill("email/", address=NEW).status_code == 200
    assert add(ada.browser, ada.account, email=OLD).status_code == 302
    other = OnPage(ada.browser, ada.account, OLD)
    assert other.contact_id != ada.contact_id
    tag(ada, OLD, "VIP")

    assert "with Newsletter" in told(ada)
    assert "with VIP" not in told(ada)
    assert "with VIP" in told(other)
    assert "with Newsletter" not in told(other)


def test_who_was_deleted_and_added_again_under_the_same_address_is_the_same(ada: OnPage) -> None:
    assert ada.fill("delete/", typed=OLD).status_code == 200
    assert add(ada.browser, ada.account, email=OLD).status_code == 302
    again = OnPage(ada.browser, ada.account, OLD)
    assert again.contact_id != ada.contact_id
    assert "deleted the contact a•••@klick-tipp.team" in told(again)


def test_what_became_of_others_of_a_list_is_not_told(ada: OnPage) -> None:
    tag(ada, f"{OLD}\nnobody@klick-tipp.team", "Newsletter")

    assert "tagged a•••@klick-tipp.team of Harbour Lane Coffee" in told(ada)
    assert 'class="outcome' not in told(ada)
    assert "KlickTipp has no contact" not in told(ada)


def test_the_entry_of_a_list_says_whom_each_call_was_about(ada: OnPage) -> None:
    assert add(ada.browser, ada.account, email="anna@klick-tipp.team").status_code == 302
    tag(ada, f"{OLD}\nanna@klick-tipp.team", "Newsletter")

    entry = AuditEntry.objects.filter(operation="tag_contact").latest("number")
    page = ada.browser.get(f"/t/{ada.account.team.slug}/log/{entry.number}/")
    people = [call.person for call in page.context["action"].calls]
    assert [person.label for person in people] == ["a•••@klick-tipp.team"] * 2
    assert people[0].mark != people[1].mark
    for person in people:
        assert f"a•••@klick-tipp.team {person.mark}" in words(page)


def test_the_way_to_the_log_finds_all_of_it(ada: OnPage) -> None:
    assert ada.fill("email/", address=NEW).status_code == 200
    link = told(ada).partition('href="')[2].rpartition("/log/?")[2].partition('"')[0].replace("&amp;", "&")
    log = words(ada.browser.get(f"/t/{ada.account.team.slug}/log/?{link}"))
    assert "added a•••@klick-tipp.team" in log
    assert "changed the email address" in log
    assert "looked at the contact" in log
