"""Marks above one letter: to bring them into a normal form takes the square of their number, and holds all threads."""

import json
import time
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from waitress import parser

from accounts.texts import plain
from integrations.addresses import comparable_email, formerly_comparable, readable_email, trimmed
from integrations.audit.actors import Actor
from integrations.audit.allowed import scrub
from integrations.audit.models import AuditEntry
from integrations.clients.models import ClientAccount
from integrations.contacts.fields.form_fields import form_field, in_words
from integrations.contacts.models import Origin
from integrations.klicktipp import FieldType
from integrations.phone_numbers import is_national, readable_number
from integrations.suppression.models import Suppression
from integrations.tags.addresses import read
from integrations.tags.search import same_name
from ktportal.web import LARGEST_HEAD
from ktportal.wsgi import without_escapes
from tests.service import Service

EVIL = "a" + "\u0315\u0300" * 250_000
PATIENCE = 20
"""Seconds of processor time; one of the texts took minutes."""


@pytest.fixture(autouse=True)
def patience() -> Any:
    began = time.process_time()
    yield
    assert time.process_time() - began < PATIENCE


def test_no_function_takes_the_square_of_a_text() -> None:
    for function in (trimmed, comparable_email, formerly_comparable, readable_email, plain, same_name, is_national):
        for text in (EVIL, f"{EVIL}@x.de", f"x@{EVIL}.de"):
            function(text)  # type: ignore[operator]
    readable_number(f"00{EVIL}")
    in_words(FieldType.PHONE, EVIL)
    scrub(EVIL, [EVIL + str(number) for number in range(30)])
    for check in (form_field("Phone", FieldType.PHONE).clean, validate_password):
        with pytest.raises(ValidationError):
            check(EVIL)  # type: ignore[operator]


def test_no_page_takes_it_from_a_member(browser: Client, account: ClientAccount, service: Service) -> None:
    team = f"/t/{account.team.slug}"
    client = f"{team}/clients/{account.slug}"
    for url, sent in (
        (f"{client}/contacts/", {"wanted": EVIL}),
        (f"{team}/log/", {"line": EVIL}),
        (f"{client}/contacts/add/tags/", {"tags_find": EVIL}),
        (f"{client}/tags/tagging/find-tags/", {"tags_find": EVIL}),
        (f"{client}/tags/tagging/", {"tags_new": [EVIL], "addresses": EVIL}),
        (f"{client}/tags/tagging/", {"tags": [str(number) for number in range(1, 900)]}),
        (f"{client}/tags/tagging/", {"tags": ",".join(map(str, range(1, 75_000)))}),
        (f"{client}/suppression/", {"address": EVIL}),
    ):
        answer = browser.post(url, sent)
        assert answer.status_code in (200, 413, 422), url
        assert len(answer.content) < 1_500_000, url


def test_no_page_takes_it_from_klicktipp(browser: Client, account: ClientAccount, service: Service) -> None:
    marks = EVIL[:30_000]
    told = {"id": "1", "email": "a@klick-tipp.team", "fieldFirstName": marks, "fieldWebsite": f"https://x.de/{marks}"}
    told["manual_tags"] = {str(number): "1758822131" for number in range(1, 8_000)}
    service.fault(path="/subscriber/1", body=json.dumps(told), always=True)
    client = f"/t/{account.team.slug}/clients/{account.slug}/contacts"
    assert browser.get(f"{client}/1/").status_code == 200
    form = browser.get(f"{client}/1/data/").context
    sent = {"action": str(form["action"]), "shown": form["signed"], "fieldLastName": marks, "fieldCity": marks}
    assert browser.post(f"{client}/1/data/", sent).status_code in (200, 422)


def test_a_list_of_nothing_but_signs_is_read_in_a_moment() -> None:
    read("@," * 30_000 + "<" + " " * 30_000 + "@>")


def test_a_place_of_many_digits_is_the_beginning(browser: Client, account: ClientAccount) -> None:
    page = browser.get(f"/t/{account.team.slug}/clients/{account.slug}/suppression/?before={'9' * 5_000}")
    assert page.status_code == 200


def test_blanks_before_a_header_and_escapes_in_a_cookie_are_read_once() -> None:
    line = b"X-A:" + b" " * 30_000 + b"x" * 30_000
    assert parser.HEADER_FIELD_RE.match(line + b"\x01") is None
    assert parser.HEADER_FIELD_RE.match(line)["value"] == b"x" * 30_000
    assert parser.HEADER_FIELD_RE.match(b"Host: \t a b ")["value"] == b"a b"
    assert LARGEST_HEAD < 20_000
    assert without_escapes('a=1; b="' + "\\" * 60_000 + '"; c=2') == "a=1; c=2"


@pytest.mark.django_db
def test_the_longest_label_of_a_person_fits_wherever_labels_are_kept() -> None:
    longest = Actor("N" * 100, email="a" * 254).label
    for model, name in ((Origin, "added_by"), (Suppression, "added_by"), (AuditEntry, "actor_label")):
        assert (model._meta.get_field(name).max_length or 0) >= len(longest)
