"""Bodies that are too much: of visitors, and of the service."""

import gzip
import io
import tracemalloc
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from integrations.contacts.models import FieldSetting
from integrations.klicktipp import DeveloperKeyAuth, KlickTipp, ServiceError, answers
from integrations.klicktipp.operations import OPERATIONS
from integrations.klicktipp.refusals import refusal
from integrations.klicktipp.transport import Answer, _decoded
from integrations.tags import addresses
from tests.klicktipp.service import answer, serving

MEGABYTE = 1024 * 1024


@pytest.mark.django_db
def test_files_count_into_the_limit_and_are_not_written(browser: Client, owner: Membership) -> None:
    file = SimpleUploadedFile("x.bin", b"x" * 3 * MEGABYTE)
    page = browser.post("/profile/", {"name": "Zoë", "file": file})
    assert page.status_code == 413
    assert "That was too much at once" in page.content.decode()


@pytest.mark.django_db
def test_a_length_that_is_no_number_is_refused(browser: Client) -> None:
    for length in ("-1", "1e9", "9" * 30):
        assert browser.post("/profile/", {}, CONTENT_LENGTH=length).status_code == 413
    assert browser.post("/profile/", {"name": "Zoë"}).status_code == 302


def test_a_small_answer_does_not_become_a_large_one() -> None:
    bomb = b"0" * 60 * MEGABYTE
    twice = gzip.compress(gzip.compress(bomb))
    assert len(gzip.compress(bomb)) < 64 * 1024
    auth = DeveloperKeyAuth("operator", "00ff", "a-customer-key")
    with serving() as service:
        api = KlickTipp(auth, base_url=service.url)
        tracemalloc.start()
        for body, encoding in ((gzip.compress(bomb), "gzip"), (twice, "gzip, gzip"), (twice, "br")):
            service.will(answer(body=body, Content_Encoding=encoding))
            with pytest.raises(ServiceError):
                api.list_tags()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 12 * MEGABYTE


def test_what_follows_the_end_of_an_answer_is_not_read() -> None:
    """A piece of garbage behind the end was kept and copied with every further one."""
    reads: list[int] = []

    class Raw:
        def __init__(self, body: bytes) -> None:
            self._body = io.BytesIO(body)

        def read(self, amount: int, decode_content: bool) -> bytes:
            reads.append(amount)
            return self._body.read(amount)

    tags = gzip.compress(b'{"5": "Newsletter"}')
    response: Any = SimpleNamespace(headers={"Content-Encoding": "gzip"}, raw=Raw(tags + b"x" * 20 * MEGABYTE))
    assert _decoded(response, 2 * MEGABYTE) == b'{"5": "Newsletter"}'
    assert len(reads) == 1


def test_lists_of_ids_may_be_long_and_nothing_else_may() -> None:
    auth = DeveloperKeyAuth("operator", "00ff", "a-customer-key")
    ids = answer([str(10_000_000 + number) for number in range(300_000)])
    with serving() as service:
        api = KlickTipp(auth, base_url=service.url)
        service.will(ids)
        assert len(api.list_contacts()) == 300_000
        with pytest.raises(ServiceError):
            api.list_tags()


def test_an_answer_takes_a_bounded_amount_of_memory() -> None:
    """Small parts in a body of a permitted size became 600 MB."""
    ids = range(10**8, 10**8 + 100_000)
    shapes = (
        b"{" + b",".join(b'"%d":"1758822131"' % number for number in ids) + b"}",
        b"{" + b",".join(b'"%d":%d' % (number, number) for number in range(1_900_000)) + b"}",
        b"[" + b",".join([b'{"a":{"b":1}}'] * 600_000) + b"]",
        b"[" + b",".join([b"[1]"] * 1_900_000) + b"]",
        f'["{"x" * 31 * MEGABYTE}😀"]'.encode(),
    )
    assert all(len(shape) < 32 * MEGABYTE for shape in shapes)
    for read in (lambda shape: len(answers.tagged_contacts(answers.load(200, shape))), _refused):
        tracemalloc.start()
        counts = []
        for shape in shapes:
            with suppress(answers.Unreadable):
                counts.append(read(shape))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 200 * MEGABYTE
        assert counts[0] in (len(ids), None)


def _refused(body: bytes) -> None:
    assert refusal(OPERATIONS["list_contacts"], Answer(406, {}, body), by_session=False).code is None


def test_a_list_of_two_hundred_thousand_contacts_is_read_in_each_form() -> None:
    ids = range(10**8, 10**8 + 200_000)
    bare = b"[" + b",".join(b'"%d"' % number for number in ids) + b"]"
    objects = b"[" + b",".join(b'{"value":"%d","label":"1758822131"}' % number for number in ids) + b"]"
    times = b"{" + b",".join(b'"%d":"1758822131"' % number for number in ids) + b"}"
    for body in (bare, objects, times):
        assert len(answers.tagged_contacts(answers.load(200, body))) == 200_000


def test_names_of_the_service_are_cut() -> None:
    auth = DeveloperKeyAuth("operator", "00ff", "a-customer-key")
    with serving() as service:
        service.will(answer({"5": "x" * 500_000}))
        (tag,) = KlickTipp(auth, base_url=service.url).list_tags()
    assert len(tag.name) == 1000


def test_what_of_the_service_goes_into_columns_fits_them() -> None:
    told = {"uid": "7", "username": "x" * 100_000, "email": "y" * 100_000, "country": "&auml;" * 1_000}
    account = answers.account(told)
    longest = ClientAccount._meta.get_field("identity_name").max_length
    assert len(account.username) == len(account.email) == longest
    longest = FieldSetting._meta.get_field("field_id").max_length
    fits = f"field{'7' * (longest - 5)}"
    unfit = {f"{fits}7": "Too long", "field\0": "No letter", "field<b>": "No letter"}
    for payload in ({fits: "Fits", **unfit}, [{"id": key.removeprefix("field")} for key in (fits, *unfit)]):
        assert [field.id for field in answers.fields(payload)] == [fits]
    assert answers.contact({"id": "1", fits: "Ada"} | unfit).fields == {fits: "Ada"}
    for identity in ("9" * 19, "-1", "0", "1" * 200, "٣"):
        with pytest.raises(answers.Unreadable):
            answers.contact({"id": identity})


def test_a_long_paste_is_cut_before_it_is_read() -> None:
    assert addresses.LONGEST_TEXT <= 100_000
