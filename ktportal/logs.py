"""What the portal writes to its own output: lines that nobody can forge, and no secrets.

A customer key comes back from KlickTipp in a query string, and the links of invitations, confirmations and resets are
keys themselves.
"""

import logging
import re
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, SuspiciousOperation

_QUERY = re.compile(r"\?[^\s\"']+")
_LINK = re.compile(r"(/(?:invitations|confirm-email|password/reset/key)/)[^/\s\"']+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class WithoutSecrets(logging.Filter):
    """Cuts what stands behind a question mark, and the keys of links, out of a record's text and arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._cut, record.args))
        elif isinstance(record.args, Mapping):
            record.args = {name: self._cut(value) for name, value in record.args.items()}
        return True

    def _cut(self, value: object) -> object:
        return _LINK.sub(r"\1…", _QUERY.sub("?…", value)) if isinstance(value, str) else value


class WithoutExpectedTraces(logging.Filter):
    """Drops the trace of a refusal: that somebody may not do something is nothing for an operator to mend."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied | SuspiciousOperation):
            record.exc_info = None
        return True


class OneLine(logging.Formatter):
    """Escapes control characters, so that what a visitor sends does not begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _CONTROL.sub(lambda found: repr(found[0])[1:-1], record.message)
        return super().formatMessage(record)
