"""Every text about a failed call: complete, in both languages, and written so that the log and a page can show it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from integrations.klicktipp import KlickTippError, Problem, Rejected
from integrations.klicktipp.operations import OPERATIONS
from integrations.messages import OPERATIONS as LABELS
from integrations.messages import Obstacle, message

PROBLEMS = [*(problem for problem in Problem if problem is not Problem.UNKNOWN_CODE), *Obstacle]
NAMES = ("KlickTipp", "SmartTag", "KLICKTIPP_")
"""Words that keep their capital everywhere."""


def texts(problem: str, language: str, code: int | None = None) -> tuple[str, str]:
    """What happened and what to do now, in a language."""
    with translation.override(language):
        found = message(problem, code)
        return str(found.what), str(found.next_step)


@pytest.fixture(params=PROBLEMS, ids=str)
def problem(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_every_problem_and_obstacle_has_a_message_of_its_own(problem: str) -> None:
    what, next_step = texts(problem, "en")

    assert what.strip()
    assert next_step.strip()
    assert what != texts("a problem from another version", "en")[0]


def test_no_two_problems_are_told_with_the_same_words() -> None:
    told = [texts(problem, "en")[0] for problem in PROBLEMS]

    assert len(set(told)) == len(told)


def test_every_message_is_there_in_german(problem: str) -> None:
    for english, german in zip(texts(problem, "en"), texts(problem, "de"), strict=True):
        assert german.strip()
        assert german != english


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_message_ends_with_a_stop(problem: str, language: str) -> None:
    for text in texts(problem, language):
        assert text[-1] not in ".!? "


def test_an_english_message_begins_with_no_capital(problem: str) -> None:
    for text in texts(problem, "en"):
        assert text.startswith(NAMES) or not text[0].isupper(), text


@pytest.mark.parametrize("problem_without_text", [Problem.UNKNOWN_CODE, "a problem from another version"])
def test_for_an_unknown_code_stands_the_guides_default_text_with_it(problem_without_text: str) -> None:
    assert texts(problem_without_text, "en", 4711)[0] == "something went wrong. Error: 4711"
    german = texts(problem_without_text, "de", 4711)[0]
    assert german.endswith("4711")
    assert not german.startswith("something")


def test_without_a_code_the_default_text_is_a_sentence_all_the_same() -> None:
    assert texts(Problem.UNKNOWN_CODE, "en")[0] == "something went wrong. Error: –"


def test_the_two_sentences_of_a_page() -> None:
    with translation.override("en"):
        assert message(Problem.UNREACHABLE).sentences() == (
            "KlickTipp cannot be reached; nothing was sent. Please try again in a few minutes."
        )
        assert message(Obstacle.NOT_CONNECTED).sentences() == (
            "This client has no customer key. Store one on the client's page, then try again."
        )


def test_the_same_message_reads_in_the_language_of_whoever_reads_it() -> None:
    found = message(Problem.TAG_NOT_FOUND)

    with translation.override("en"):
        english = found.sentences()
    with translation.override("de"):
        german = found.sentences()

    assert english.startswith("The tag was not found.")
    assert german.startswith("Der Tag") or german.startswith("Das Tag")
    assert german != english


def test_every_operation_has_a_label_and_no_label_is_left_over() -> None:
    assert list(LABELS) == list(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_label_is_there_in_both_languages(name: str) -> None:
    with translation.override("en"):
        english = str(LABELS[name])
    with translation.override("de"):
        german = str(LABELS[name])

    assert re.fullmatch(r"[A-Z][^.]+[^. ]", english)
    assert german.strip()
    assert german != english


@pytest.mark.parametrize("kind", KlickTippError.__subclasses__())
def test_an_error_that_says_nothing_of_itself_is_told_all_the_same(kind: type[KlickTippError]) -> None:
    what, next_step = texts(kind("get_account", code=4711).problem, "en", 4711)

    assert what
    assert next_step
    assert (what == "something went wrong. Error: 4711") == (kind is Rejected)
