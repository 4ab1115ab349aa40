"""Keeps secrets in addresses out of the logs: a customer key comes back from KlickTipp in a query string, and the links
of invitations, confirmations and resets are keys themselves."""

import logging
import re
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied

_QUERY = re.compile(r"\?[^\s\"']+")
_LINK = re.compile(r"(/(?:invitations|confirm-email|password/reset/key)/)[^/\s\"']+")


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
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
