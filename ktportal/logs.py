"""Keeps the query strings of addresses out of the logs: a customer key comes back from KlickTipp in one."""

import logging
import re

_QUERY = re.compile(r"\?[^\s\"']+")


class WithoutQueries(logging.Filter):
    """Cuts off what stands behind a question mark in the text of a record and in its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._cut, record.args))
        return True

    def _cut(self, value: object) -> object:
        return _QUERY.sub("?…", value) if isinstance(value, str) else value
