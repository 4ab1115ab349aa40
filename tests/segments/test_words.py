"""Rules as sentences."""

import re

from django.utils import translation

from integrations.segments.rule import Rule, parse
from integrations.segments.tag_names import TagNames
from integrations.segments.words import in_words
from tests.pages import as_typed

KNOWN = [{"id": 1, "name": "Newsletter"}, {"id": 2, "name": "Customer"}, {"id": 3, "name": "VIP & <Co>"}]
TAGS = TagNames(KNOWN, is_loaded=True)


def rule(of: str, *parts: object, **filters: list[str]) -> Rule:
    return parse({"of": of, "parts": list(parts), **filters})


def has(tag: int, name: str = "", **further: object) -> dict[str, object]:
    return {"tag": tag, "name": name, **further}


def told(some: Rule, tags: TagNames = TAGS) -> str:
    return as_typed(re.sub("</?b>", "", in_words(some, tags)))


def test_a_rule_reads_as_a_sentence_in_english_and_german() -> None:
    sentences = {
        rule("all", has(1), has(2, lacks=True, since="2026-10-01")): (
            "has Newsletter and not Customer (tagged since 01/10/2026)",
            "hat Newsletter und nicht Customer (getaggt seit 01.10.2026)",
        ),
        rule("any", has(1, before="2026-10-01"), has(2, within=1), statuses=["pending"]): (
            "has Newsletter (tagged before 01/10/2026) or Customer (tagged within the last day) · opt-in pending",
            "hat Newsletter (getaggt vor dem 01.10.2026) oder Customer (getaggt innerhalb des letzten Tages) · "
            "Opt-in ausstehend",
        ),
        rule("none", has(1), has(2), has(1, within=30)): (
            "has neither Newsletter nor Customer nor Newsletter (tagged within the last 30 days)",
            "hat weder Newsletter noch Customer noch Newsletter (getaggt in den letzten 30 Tagen)",
        ),
        rule("all", has(1), {"of": "any", "parts": [has(2), {"of": "none", "parts": [has(1), has(2)]}]}): (
            "has Newsletter and (Customer or (neither Newsletter nor Customer))",
            "hat Newsletter und (Customer oder (weder Newsletter noch Customer))",
        ),
        rule("none", has(1), bounces=["nobounce", "softbounce"]): (
            "has not Newsletter · not bounced or soft bounce",
            "hat nicht Newsletter · kein Bounce oder Soft Bounce",
        ),
        rule("none", has(1, lacks=True)): ("has Newsletter", "hat Newsletter"),
        rule("none", {"of": "any", "parts": [has(1), has(2)]}): (
            "has not (Newsletter or Customer)",
            "hat nicht (Newsletter oder Customer)",
        ),
    }
    for place, language in enumerate(("en-gb", "de")):
        with translation.override(language):
            assert [told(some) for some in sentences] == [words[place] for words in sentences.values()]


def test_a_tag_that_is_gone_is_told_by_its_former_name() -> None:
    some = rule("all", has(9, "Autumn fair"), has(8, ""), has(1, "Letters"))

    assert told(some) == "has Autumn fair (no longer in KlickTipp) and 8 and Newsletter"
    assert told(some, TagNames([], is_loaded=False)) == "has Autumn fair and 8 and Letters"


def test_names_are_no_markup() -> None:
    assert str(in_words(rule("all", has(3)), TAGS)) == "has <b>VIP &amp; &lt;Co&gt;</b>"


def test_two_tags_of_one_name_are_told_apart() -> None:
    tags = TagNames([{"id": 7, "name": "Fair"}, {"id": 8, "name": "fair", "is_smart": True}], is_loaded=True)

    assert [(tag.name, tag.is_smart) for tag in tags.offered] == [("Fair (7)", False), ("fair (8)", True)]
    assert [tags.find(typed) for typed in ("FAIR (8)", "8", "Fair", "0", "9" * 30, "²")] == [
        8,
        8,
        None,
        None,
        None,
        None,
    ]
