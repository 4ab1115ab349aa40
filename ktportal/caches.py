"""Caches whose values are JSON. Django's own keep pickles, and a pickle runs the code of whoever could write the row.

What cannot be read as JSON counts as absent, so a table may hold values of former versions. Nothing is removed to make
room for something else: a value goes when its time is over, so that nobody empties a cache by filling it.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Json:
    """How values are written in Redis: see `OPTIONS["serializer"]` of Django's Redis cache."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    def loads(self, written: str | bytes) -> Any:
        """None for what is no JSON, as for a key that is not there."""
        try:
            return json.loads(written)
        except ValueError:
            return None


class DatabaseCache(BaseDatabaseCache):
    """A table as Django's `createcachetable` makes it, used in single statements, which need no lock of their own."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params)
        self._table = table
        self._json = Json()

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        wanted = {self.make_and_validate_key(key, version): key for key in keys}
        if not wanted:
            return {}
        reading = connections[router.db_for_read(self.cache_model_class)]
        marks = ", ".join(["%s"] * len(wanted))
        rows = self._fetch(
            reading,
            f"SELECT cache_key, value FROM {self._table} WHERE cache_key IN ({marks}) AND expires > %s",
            [*wanted, self._moment(reading, timezone.now())],
        )
        found = {wanted[key]: self._json.loads(value) for key, value in rows}
        return {key: value for key, value in found.items() if value is not None}

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._write(key, value, timeout, version, only_where="")

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._write(key, value, timeout, version, only_where=f" WHERE {self._table}.expires <= %s")

    def _write(self, key: str, value: Any, timeout: float | None, version: int | None, only_where: str) -> bool:
        now = self._moment(self._writing, timezone.now())
        row = [self.make_and_validate_key(key, version), self._json.dumps(value), self._end(timeout)]
        sql = (
            f"INSERT INTO {self._table} (cache_key, value, expires) VALUES (%s, %s, %s) "
            f"ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires{only_where}"
        )
        return self._change(sql, [*row, now] if only_where else row) > 0

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        now = self._moment(self._writing, timezone.now())
        sql = f"UPDATE {self._table} SET expires = %s WHERE cache_key = %s AND expires > %s"
        return self._change(sql, [self._end(timeout), self.make_and_validate_key(key, version), now]) > 0

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        now = self._moment(self._writing, timezone.now())
        of_key, about = "WHERE cache_key = %s AND expires > %s", [self.make_and_validate_key(key, version), now]
        added = f"UPDATE {self._table} SET value = CAST(CAST(value AS bigint) + %s AS text) {of_key}"
        with transaction.atomic(using=self._writing.alias):
            if not self._change(added, [delta, *about]):
                raise ValueError(f"Key {key!r} not found")
            ((value,),) = self._fetch(self._writing, f"SELECT value FROM {self._table} {of_key}", about)
        return int(value)

    def delete(self, key: str, version: int | None = None) -> bool:
        sql = f"DELETE FROM {self._table} WHERE cache_key = %s"
        return self._change(sql, [self.make_and_validate_key(key, version)]) > 0

    def clear(self) -> None:
        self._change(f"DELETE FROM {self._table}", [])

    def forget_expired(self) -> None:
        """Remove what nobody gets any more."""
        now = self._moment(self._writing, timezone.now())
        self._change(f"DELETE FROM {self._table} WHERE expires <= %s", [now])

    @property
    def _writing(self) -> BaseDatabaseWrapper:
        return connections[router.db_for_write(self.cache_model_class)]

    def _end(self, timeout: float | None) -> Any:
        seconds = self.get_backend_timeout(timeout)
        return self._moment(self._writing, _FOR_EVER if seconds is None else datetime.fromtimestamp(seconds, UTC))

    @staticmethod
    def _moment(connection: BaseDatabaseWrapper, moment: datetime) -> Any:
        return connection.ops.adapt_datetimefield_value(models.DateTimeField().to_python(moment))

    @staticmethod
    def _fetch(connection: BaseDatabaseWrapper, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def _change(self, sql: str, parameters: list[Any]) -> int:
        with self._writing.cursor() as cursor:
            cursor.execute(sql, parameters)
            return int(cursor.rowcount)
