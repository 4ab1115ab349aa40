"""The cache in a table, on the database of this run."""

import time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from integrations.clock.housekeeping import clear_caches
from ktportal.caches import DatabaseCache

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache(settings: Any) -> DatabaseCache:
    settings.CACHES = {"default": {"BACKEND": "ktportal.caches.DatabaseCache", "LOCATION": "portal_limits"}}
    call_command("createcachetable", verbosity=0)
    return DatabaseCache("portal_limits", {})


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM portal_limits")
        return int(cursor.fetchone()[0])


def test_it_keeps_what_json_can_say_until_its_time_is_over(cache: DatabaseCache) -> None:
    for value in (1, "two", [3.5, None], {"four": True}):
        cache.set("key", value, 60)
        assert cache.get("key") == value
    cache.set("key", "gone", -1)
    assert cache.get("key", "nothing") == "nothing"
    cache.set("for ever", "here", None)
    assert cache.get("for ever") == "here"
    assert cache.get_many(["key", "for ever", "never"]) == {"for ever": "here"}


def test_only_the_first_adds_until_it_is_over(cache: DatabaseCache) -> None:
    assert cache.add("lock", "mine", 0.2)
    assert not cache.add("lock", "yours", 60)
    assert cache.get("lock") == "mine"
    time.sleep(1)
    assert cache.add("lock", "yours", 60)
    assert cache.get("lock") == "yours"


def test_it_counts(cache: DatabaseCache) -> None:
    with pytest.raises(ValueError, match="not found"):
        cache.incr("attempts")
    cache.set("attempts", 1, 60)
    assert [cache.incr("attempts"), cache.incr("attempts", 5), cache.decr("attempts")] == [2, 7, 6]


def test_it_forgets(cache: DatabaseCache) -> None:
    cache.set("key", 1, 60)
    assert cache.touch("key", 120)
    assert not cache.touch("never", 120)
    assert cache.delete("key")
    assert not cache.delete("key")
    cache.set("key", 1, 60)
    cache.clear()
    assert rows() == 0


def test_the_clock_removes_what_is_over_and_nothing_else(cache: DatabaseCache) -> None:
    cache.set("over", 1, -1)
    cache.set("here", 1, 60)
    assert rows() == 2
    clear_caches()
    assert rows() == 1
    assert cache.get("here") == 1
