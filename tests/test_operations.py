"""The portal's table of operations beside the library's: a row for each, and rows that say what they should."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils import translation

from integrations import klicktipp
from integrations.audit.allowed import kept_answer, kept_request
from integrations.audit.presentation import DETAILS
from integrations.klicktipp import DeveloperKeyAuth, KlickTipp
from integrations.klicktipp.transport import Answer
from integrations.operations import KEPT, OPERATIONS
from tests.facts import CUSTOMER_KEY, DEVELOPER_KEY, FACTS, USERNAME, Fact


class OneAnswer:
    """In place of the transport: answers with the sample of a fact."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    def send(self, *request: Any, **limits: Any) -> Answer:
        return Answer(200, {}, json.dumps(self.fact.answer).encode())


def result_of(fact: Fact) -> Any:
    """What the library gives for the sample of a fact."""
    transport: Any = OneAnswer(fact)
    api = KlickTipp(DeveloperKeyAuth(USERNAME, DEVELOPER_KEY, CUSTOMER_KEY), transport=transport)
    return getattr(api, fact.operation)(**fact.arguments)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in an answer, but for those that are only digits."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)
    elif isinstance(value, str) and value and not value.isdigit():
        yield value


def test_every_operation_has_a_row_and_no_row_is_left_over() -> None:
    assert sorted(OPERATIONS) == sorted(klicktipp.OPERATIONS)


def test_a_label_is_there_in_both_languages_and_no_two_are_the_same() -> None:
    told: dict[str, list[str]] = {"en-gb": [], "de": []}
    for language, labels in told.items():
        with translation.override(language):
            labels += [str(row.label) for row in OPERATIONS.values()]

    for name, english, german in zip(OPERATIONS, told["en-gb"], told["de"], strict=True):
        assert re.fullmatch(r"[A-Z][^.]+[^. ]", english), name
        assert german.strip(), name
        assert german != english, name
    assert [len(set(labels)) for labels in told.values()] == [len(OPERATIONS)] * 2


def test_the_log_keeps_of_a_request_what_the_operation_takes_and_a_reader_can_read() -> None:
    for fact in FACTS:
        kept = OPERATIONS[fact.operation].kept_arguments
        assert set(kept) <= set(klicktipp.OPERATIONS[fact.operation].arguments), fact.operation
        assert set(kept) <= set(KEPT), fact.operation
        assert list(kept_request(fact.operation, fact.arguments)) == list(kept), fact.operation


def test_the_log_keeps_of_an_answer_what_a_reader_can_read_and_nothing_personal() -> None:
    statuses = {"Subscribed"}
    for fact in FACTS:
        kept = kept_answer(fact.operation, result_of(fact))
        assert set(kept) <= set(KEPT), fact.operation
        assert not (set(texts_in(fact.answer)) - statuses) & set(texts_in(kept)), fact.operation
        json.dumps(kept)


def test_everything_that_is_kept_stands_on_the_page() -> None:
    assert set(KEPT) <= set(DETAILS)


def test_an_operation_has_words_of_its_own_only_for_what_can_go_wrong_with_it() -> None:
    for name, row in OPERATIONS.items():
        known = klicktipp.OPERATIONS[name]
        assert set(row.messages) <= {*known.codes.values(), *known.statuses.values()}, name
