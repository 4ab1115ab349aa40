"""Rules as they are kept, whatever stands there, and who fits them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.klicktipp import TaggedContacts
from integrations.segments.members import members, needs_everybody
from integrations.segments.rule import DEEPEST, MOST_CONDITIONS, Condition, Group, Of, Rule, Unusable, When, parse

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, tzinfo=BERLIN)
TAGS = (1, 2, 3)
EVERYBODY = range(1, 13)

days = st.dates(date(2026, 10, 30), date(2026, 11, 22))
tags = st.sampled_from(TAGS)
conditions = st.one_of(
    st.builds(Condition, tags, st.text(max_size=5), st.booleans()),
    st.builds(
        Condition,
        tags,
        st.just(""),
        st.booleans(),
        st.sampled_from([When.SINCE, When.BEFORE]),
        day=days,
    ),
    st.builds(Condition, tags, st.just(""), st.booleans(), st.just(When.WITHIN), days=st.integers(1, 30)),
)


def groups(levels: int) -> st.SearchStrategy[Group]:
    parts = conditions if levels == 1 else st.one_of(conditions, groups(levels - 1))
    return st.builds(Group, st.sampled_from(Of), st.lists(parts, min_size=1, max_size=4).map(tuple))


rules = st.builds(Rule, groups(DEEPEST), st.sampled_from([(), ("subscribed",)]), st.sampled_from([(), ("nobounce",)]))
moments = st.datetimes(datetime(2026, 10, 28), datetime(2026, 11, 22)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
lists = st.fixed_dictionaries(
    {tag: st.dictionaries(st.sampled_from(EVERYBODY).map(str), st.none() | moments, max_size=12) for tag in TAGS}
)


def fits(who: int, part: Condition | Group, told: dict[int, dict[str, datetime | None]]) -> bool:
    """The rule as one would say it, of one contact."""
    if isinstance(part, Group):
        fitting = [fits(who, each, told) for each in part.parts]
        return {Of.ALL: all(fitting), Of.ANY: any(fitting), Of.NONE: not any(fitting)}[part.of]
    at = told[part.tag_id].get(str(who))
    if part.when is When.EVER:
        has = str(who) in told[part.tag_id]
    elif at is None:
        has = False
    elif part.when is When.WITHIN:
        has = at >= NOW - timedelta(days=part.days or 0)
    else:
        is_since = at.astimezone(BERLIN).date() >= (part.day or date.max)
        has = is_since if part.when is When.SINCE else not is_since
    return has != part.lacks


@given(rules, lists)
def test_who_fits_is_who_a_plain_filter_leaves(rule: Rule, told: dict[int, dict[str, datetime | None]]) -> None:
    tagged = {tag: TaggedContacts.of(of_tag.items()) for tag, of_tag in told.items()}

    found = members(rule, tagged, EVERYBODY, NOW)

    assert found == {who for who in EVERYBODY if fits(who, rule.group, told)}
    if not needs_everybody(rule):
        assert members(rule, tagged, (), NOW) == found


@given(rules)
def test_a_kept_rule_is_read_as_it_was(rule: Rule) -> None:
    assert parse(json.loads(json.dumps(rule.as_json()))) == rule


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["of", "parts", "tag", "since", "within", "statuses"]), inner, max_size=4)
        ),
    )
)
def test_whatever_else_stands_there_is_refused(told: Any) -> None:
    with suppress(Unusable):
        parse(told)


def one(**condition: Any) -> dict[str, Any]:
    return {"of": "all", "parts": [{"tag": 5, **condition}]}


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        [],
        {"of": "all", "parts": []},
        {"of": "most", "parts": [{"tag": 5}]},
        {"of": ["all"], "parts": [{"tag": 5}]},
        {"of": "all", "parts": [{"of": "any", "parts": []}]},
        {"of": "all", "parts": [{"tag": 5}] * (MOST_CONDITIONS + 1)},
        {"of": "all", "parts": [one(), {"of": "any", "parts": [{"tag": 5}] * MOST_CONDITIONS}]},
        {"of": "all", "parts": [{"of": "all", "parts": [{"of": "all", "parts": [one()]}]}]},
        one(tag="5"),
        one(tag=0),
        one(tag=True),
        one(tag=2**60),
        one(name=5),
        one(since="01.10.2026"),
        one(since="2026-02-30"),
        one(since="0001-01-01"),
        one(before=20261001),
        one(within=0),
        one(within=10**9),
        one(within="7"),
        one() | {"statuses": ["dead"]},
        one() | {"statuses": [["subscribed"]]},
    ],
)
def test_what_is_no_rule_is_unusable(told: object) -> None:
    with pytest.raises(Unusable):
        parse(told)


def test_all_filters_are_none_and_empty_groups_are_left_out() -> None:
    told = {
        "of": "any",
        "parts": [{"tag": 5, "name": "x" * 10_000}, {"of": "none", "parts": []}],
        "statuses": ["unsubscribed", "pending", "subscribed"],
        "bounces": ["softbounce", "nobounce"],
    }

    rule = parse(told)

    assert rule == Rule(Group(Of.ANY, (Condition(5, "x" * 250),)), (), ("nobounce", "softbounce"))


def test_everybody_is_needed_only_where_no_tag_says_who_fits() -> None:
    has, lacks = Condition(1), Condition(2, lacks=True)

    assert not needs_everybody(Rule(Group(Of.ALL, (lacks, has))))
    assert needs_everybody(Rule(Group(Of.ALL, (lacks,))))
    assert needs_everybody(Rule(Group(Of.ANY, (lacks, has))))
    assert needs_everybody(Rule(Group(Of.NONE, (has,))))
    assert not needs_everybody(Rule(Group(Of.NONE, (has, lacks))))
    assert not needs_everybody(Rule(Group(Of.ALL, (has, Group(Of.NONE, (Condition(3),))))))
