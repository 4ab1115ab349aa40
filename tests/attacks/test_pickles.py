"""Who can write the database, or Redis, must not run code in the portal."""

import base64
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection

from tests.attacks.test_limits import REDIS, TABLE


class Opened:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


@pytest.mark.django_db
def test_a_pickle_in_the_cache_table_is_not_opened(settings: Any, tmp_path: Path) -> None:
    settings.CACHES = TABLE
    call_command("createcachetable", verbosity=0)
    caches["lists"].set("a list", [1, 2], 3600)
    planted = base64.b64encode(pickle.dumps(Opened(tmp_path / "ran"))).decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_cache SET value = %s", [planted])

    assert caches["lists"].get("a list") is None
    assert caches["lists"].get_many(["a list"]) == {}
    assert not (tmp_path / "ran").exists()


def test_a_pickle_in_redis_is_not_opened(settings: Any, tmp_path: Path) -> None:
    settings.CACHES = REDIS
    cache: Any = caches["lists"]
    try:
        cache.set("a list", [1, 2], 60)
    except Exception:
        pytest.skip("No Redis answers at 127.0.0.1:6379.")
    assert cache.get("a list") == [1, 2]
    key = cache.make_and_validate_key("a list")
    cache._cache.get_client(key, write=True).set(key, pickle.dumps(Opened(tmp_path / "ran")))

    assert cache.get("a list") is None
    assert not (tmp_path / "ran").exists()
    cache.delete("a list")


def test_nothing_of_the_portal_writes_or_reads_pickles() -> None:
    for folder in ("ktportal", "accounts", "integrations"):
        for path in (portal.BASE_DIR / folder).rglob("*.py"):
            assert not {"import pickle", "import marshal", "import shelve"} & set(path.read_text().splitlines()), path
