"""The keys that sign the log."""

from typing import Any

import pytest

from integrations.audit.proof import keys
from integrations.audit.proof.checks import the_signing_keys_are_well_formed
from integrations.audit.proof.notes import NotSigned, open_note

NAME, TEXT = "portal.example.com/log/7/3", "a text\n"


def test_a_new_key_signs_and_former_ones_still_verify(settings: Any) -> None:
    settings.LOG_SIGNING_KEYS = ["11" * 32]
    by_the_old = keys.sign(TEXT, NAME)
    settings.LOG_SIGNING_KEYS = ["22" * 32, "11" * 32]
    by_the_new = keys.sign(TEXT, NAME)
    assert [open_note(note, keys.known(NAME)) for note in (by_the_old, by_the_new)] == [TEXT, TEXT]
    assert open_note(by_the_new, keys.known(NAME)[:1]) == TEXT
    settings.LOG_SIGNING_KEYS = ["22" * 32]
    with pytest.raises(NotSigned):
        open_note(by_the_old, keys.known(NAME))


@pytest.mark.parametrize("listed", [["x"], ["11" * 31], ["11" * 33], ["11" * 32, ""], ["zz" * 32]])
def test_a_malformed_key_is_named_before_anything_starts(listed: list[str], settings: Any) -> None:
    assert the_signing_keys_are_well_formed(None) == []
    settings.LOG_SIGNING_KEYS = listed
    (problem,) = the_signing_keys_are_well_formed(None)
    assert problem.msg == "LOG_SIGNING_KEYS must list hex keys of 64 digits, separated by commas."
