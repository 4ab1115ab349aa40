"""What `manage.py check --deploy` says of files and of the Redis that counts attempts."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from accounts.checks import files_are_private, limits_stay
from tests.attacks.test_limits import REDIS


def test_files_that_others_can_read_are_named(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    settings.DATABASES = {"default": settings.DATABASES["default"] | {"NAME": tmp_path / "var" / "portal.sqlite3"}}
    assert files_are_private(None) == []
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / ".env").touch(mode=0o600)
    assert files_are_private(None) == []
    (tmp_path / ".env").chmod(0o640)
    (tmp_path / "var").chmod(0o755)
    assert [warning.hint for warning in files_are_private(None)] == [
        f"chmod go= {tmp_path / '.env'}", f"chmod go= {tmp_path / 'var'}",
    ]  # fmt: skip


def test_a_redis_that_evicts_is_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits_stay(None) == []
    settings.CACHES = REDIS
    told: dict[str, object] = {"maxmemory": 0, "maxmemory_policy": "allkeys-lru"}

    class Server:
        def info(self, section: str) -> dict[str, object]:
            return told

    cache: Any = caches["default"]
    monkeypatch.setattr(type(cache._cache), "get_client", lambda *_, **__: Server())
    assert limits_stay(None) == []
    told["maxmemory"] = 1_000_000
    assert [warning.id for warning in limits_stay(None)] == ["accounts.W002"]
    told["maxmemory_policy"] = "noeviction"
    assert limits_stay(None) == []


def test_a_redis_that_does_not_answer_is_named(settings: Any) -> None:
    settings.CACHES = {"default": REDIS["default"] | {"LOCATION": "redis://127.0.0.1:9/1"}}
    assert [warning.id for warning in limits_stay(None)] == ["accounts.W003"]
