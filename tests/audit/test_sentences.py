"""What was tried is not told as done."""

import importlib
import re
from pathlib import Path

from django.conf import settings
from django.utils import translation

from integrations.audit import sentences

ROOMS_WITH_EVENTS_ALONE = ("people", "members", "suppression", "log", "log_stream", "proof", "access_review")
EVENTS = {
    "clients.added",
    "clients.renamed",
    "clients.recoloured",
    "clients.country_changed",
    "clients.removed",
    "clients.kept_forgotten",
    "clients.service_silent",
    "clients.service_answers",
    "clients.limited",
    "clients.limit_removed",
    "clients.grant_refused",
    "clients.grants_refused",
    "contacts.add_settled",
    "contacts.update_settled",
    *(f"segments.{name}" for name in ("saved", "changed", "renamed", "renamed_and_changed", "removed", "copied")),
    *("jobs.started", "jobs.paused", "jobs.paused_by_trouble", "jobs.went_on", "jobs.stopped", "jobs.ended"),
    "jobs.rows_forgotten",
    "tools.contact_missing",
    "tools.contact_unreached",
}
"""What is told only once it has happened, besides fields' types and what becomes of stored keys."""


def known() -> dict[str, sentences.Sentence]:
    for path in Path(settings.BASE_DIR).glob("integrations/**/*sentences.py"):
        importlib.import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
    return sentences._registry


def is_event(key: str) -> bool:
    room, name = key.split(".")
    of_key = name.startswith(("key_", "own_key_", "api_user_", "own_api_user_")) and "_tested" not in name
    return room in ROOMS_WITH_EVENTS_ALONE or key in EVENTS or of_key or name.startswith("field_type")


def test_each_sentence_of_calls_has_words_for_the_attempt() -> None:
    lacking = [key for key, sentence in known().items() if not sentence.attempt and not is_event(key)]
    assert not lacking, "what KlickTipp refuses or does not answer would be told as done"


def test_an_attempt_reads_as_one_in_both_languages_and_names_the_same() -> None:
    for language, says_so in (("en-gb", (" tried ",)), ("de", (" wollte ", " versucht"))):
        with translation.override(language):
            for key, sentence in known().items():
                if is_event(key):
                    continue
                attempt = str(sentence.attempt)
                assert any(words in attempt for words in says_so), f"{key}: {attempt}"
                assert named(attempt) == named(str(sentence.text)), f"{key}: {attempt}"


def named(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))
