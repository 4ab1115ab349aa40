"""Creating a tag."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry, Outcome
from integrations.clients.models import ClientAccount, ReferenceSnapshot
from tests.pages import errors, html
from tests.service import Service
from tests.tags.helpers import known_names, new_form, told_changes

EXISTS = ["There is a tag of this name already. Please choose another name."]


@pytest.fixture(autouse=True)
def known(tag_ids: dict[str, int]) -> None:
    """The tags are known before the form is sent."""


def test_a_tag_is_created_and_found_in_the_list(
    browser: Client, account: ClientAccount, service: Service, url: Any, owner: Any
) -> None:
    form = new_form(name="  Herbst 2026 ", description="Starts the\r\nautumn series.")
    answer = browser.post(url("new/"), form)
    assert answer.url == url("?at=Herbst+2026")
    page = html(browser.get(answer.url))
    assert "The tag Herbst 2026 has been created." in page
    assert service.paths() == ["GET /tag", "POST /tag"]
    assert told_changes() == [f"{owner.user} created the tag Herbst 2026 in Harbour Lane Coffee"]
    tag_id = AuditEntry.objects.get(operation="create_tag").answer["tag_id"]
    shown = browser.get(url(f"{tag_id}/")).context["tag"]
    assert (shown.name, shown.text) == ("Herbst 2026", "Starts the\nautumn series.")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "This field is required."),
        ("   ", "A tag's name cannot consist of blanks only."),
        ("Herbst\x00", "Null characters are not allowed."),
        ("Herbst\x07", "This contains control characters. Please type it again instead of pasting it."),
        ("Newsletter", EXISTS[0]),
        ("x" * 251, "Ensure this value has at most 250 characters (it has 251)."),
        (" 2026 ", "A tag's name cannot consist of digits only."),
        ("Herbst\u202e", "This contains control characters. Please type it again instead of pasting it."),
    ],
)
def test_an_impossible_name_is_told_at_the_field_and_nothing_is_sent(
    browser: Client, service: Service, url: Any, name: str, error: str
) -> None:
    page = browser.post(url("new/"), new_form(name=name, description="kept"))
    assert error in errors(page)["name"]
    assert "kept" in html(page)
    assert service.paths() == ["GET /tag"]


def test_a_description_may_have_lines_but_no_control_characters(browser: Client, url: Any) -> None:
    page = browser.post(url("new/"), new_form(name="Herbst", description="a\r\n\tb\x07"))
    assert "control characters" in errors(page)["description"][0]


@pytest.mark.parametrize(
    ("existing", "typed"),
    [
        ("Newsletter", "nEWSLETTER "),
        ("Straße", "strasse"),
        ("Straße", "STRASSE"),
        ("Müller", "mu\u0308ller"),
        ("Mu\u0308ller", "müller"),
    ],
)
def test_a_tag_of_the_same_name_in_another_spelling_is_offered(
    browser: Client, service: Service, url: Any, existing: str, typed: str
) -> None:
    ReferenceSnapshot.objects.update(items=[{"id": 4711, "name": existing}])
    page = browser.post(url("new/"), new_form(name=typed, description="kept"))
    assert errors(page)["name"] == [
        f"There is the tag “{existing}” already: use it? To KlickTipp both names are the same."
    ]
    assert f'<a href="{url("4711/")}">Use the tag “{existing}”</a>' in html(page)
    assert "kept" in html(page)
    assert service.paths() == ["GET /tag"]


def test_the_longest_name_and_description_are_created(browser: Client, url: Any) -> None:
    lines = "\r\n".join(["x" * 199] * 10)
    answer = browser.post(url("new/"), new_form(name="x" * 250, description=lines))
    assert answer.status_code == 302, html(answer)


def test_a_longer_description_is_told_at_the_field(browser: Client, url: Any) -> None:
    page = browser.post(url("new/"), new_form(name="Herbst", description="x" * 2001))
    assert "at most 2000 characters" in errors(page)["description"][0]


@pytest.mark.parametrize("before", [True, False])
def test_a_name_that_is_taken_at_klicktipp_is_told_at_the_field(
    browser: Client, service: Service, url: Any, before: bool
) -> None:
    service.switch(before_october_2026=before)
    ReferenceSnapshot.objects.update(items=[])
    page = browser.post(url("new/"), new_form(name="Newsletter"))
    assert errors(page) == {"name": EXISTS}
    assert ("The name is taken already." if before else "KlickTipp does not take this tag.") in html(page)
    assert 'value="Newsletter"' in html(page)


def test_a_name_that_a_smarttag_has_is_told_in_klicktipps_words(browser: Client, service: Service, url: Any) -> None:
    page = browser.post(url("new/"), new_form(name=next(iter(service.smarttags()))))
    assert "perhaps by a SmartTag" in errors(page)["name"][0]
    assert "In KlickTipp's words:" in html(page)


def test_a_second_submit_of_the_form_ends_on_the_same_tag(browser: Client, service: Service, url: Any) -> None:
    form = new_form(name="Herbst 2026")
    assert [browser.post(url("new/"), form).url for _ in range(2)] == [url("?at=Herbst+2026")] * 2
    assert service.paths().count("POST /tag") == 1


def test_a_form_that_was_sent_for_another_tag_says_so_and_can_be_sent_again(browser: Client, url: Any) -> None:
    form = new_form(name="Herbst 2026")
    browser.post(url("new/"), form)
    page = browser.post(url("new/"), form | {"name": "Winter 2026"})
    assert page.status_code == 422
    assert "This form was sent before, so nothing was sent this time." in html(page)
    assert 'value="Winter 2026"' in html(page)
    assert str(page.context["action"]) != form["action"]


def test_an_unknown_outcome_says_so_and_keeps_what_was_typed(browser: Client, service: Service, url: Any) -> None:
    service.fault(path="/tag", close="after")
    page = browser.post(url("new/"), new_form(name="Herbst 2026"))
    assert page.status_code == 422
    assert "It may have happened all the same: look it up in KlickTipp before you send it again." in html(page)
    assert 'value="Herbst 2026"' in html(page)
    assert AuditEntry.objects.get(operation="create_tag").outcome == Outcome.UNKNOWN
    assert "Herbst 2026" not in known_names()


def test_without_a_key_what_was_typed_is_kept(browser: Client, account: ClientAccount, url: Any) -> None:
    account.credentials.all().delete()
    page = browser.post(url("new/"), new_form(name="Herbst 2026"))
    assert page.status_code == 422
    assert "This client has no customer key." in html(page)
    assert 'value="Herbst 2026"' in html(page)
