"""Lists pasted for tagging that take long to read."""

import time
from typing import Any
from uuid import uuid4

import idna
import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from integrations.tags.addresses import MOST_READ, read

pytestmark = pytest.mark.django_db
LONG = [" ".join(f"a@{letter * 120}{n:x}.de" for n in range(400))[:99_990] for letter in ("א.", "ä.", "äא.", "ä")]


def test_no_list_takes_long_to_read() -> None:
    before_a_bracket = ",a" * 60_000 + " <" + "ŀ" * 300_000 + "@x>"
    lists = [
        *LONG,
        before_a_bracket,
        "ä@b " * 25_000,
        "@ " * 50_000,
        " ".join(f"a@{'ä' * 20}.{n:x}.de" for n in range(3_000)),
    ]
    for text in lists:
        began = time.process_time()
        pasted = read(text)
        assert time.process_time() - began < 1
        assert len(pasted.wrong) + len(pasted.addresses) <= MOST_READ


def test_a_request_reads_a_list_once(browser: Client, account: ClientAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []

    def encode(domain: str, **options: Any) -> bytes:
        encoded.append(domain)
        return idna_encode(domain, **options)

    idna_encode = idna.encode
    monkeypatch.setattr("integrations.addresses.idna.encode", encode)
    base = f"/t/{account.team.slug}/clients/{account.slug}/tags/tagging/"
    text = " ".join(f"a@ä{n:x}ä" for n in range(4_000))
    for url, typed in (
        (base, {"action": uuid4()}),
        (f"{base}count/", {}),
        (f"{base}leave-out/", {"leave_out": "wrong"}),
    ):
        encoded.clear()
        browser.post(url, {"addresses": text, **typed})
        assert 0 < len(encoded) <= MOST_READ + 10


def test_a_list_that_was_not_read_whole_is_not_sent(browser: Client, account: ClientAccount, service: Any) -> None:
    url = f"/t/{account.team.slug}/clients/{account.slug}/tags/tagging/"
    typed = {"action": uuid4(), "addresses": "ada@example.com " * (MOST_READ + 1), "tags_new": "new"}
    answer = browser.post(url, typed)
    assert (answer.status_code, service.paths()) == (422, [])
    assert "too long for 50 addresses" in answer.content.decode()
