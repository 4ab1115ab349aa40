"""Marks above one letter: to bring them into a normal form takes the square of their number, and holds all threads."""

import time
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from integrations.addresses import comparable_email, formerly_comparable, readable_email, trimmed
from integrations.audit.allowed import scrub
from integrations.clients.models import ClientAccount
from integrations.contacts.fields.form_fields import form_field, in_words
from integrations.klicktipp import FieldType
from integrations.phone_numbers import is_national, readable_number
from integrations.tags.search import plain, same_name
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
        (f"{team}/log/", {"contact": EVIL}),
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
