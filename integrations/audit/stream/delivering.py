"""Brings texts to a destination: by HTTPS, one a line, or by syslog, one a message."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from integrations.audit.entry_json import in_utc
from integrations.audit.models import Outcome
from integrations.audit.stream.connecting import TimedSocket, connected
from integrations.audit.stream.errors import NotDelivered
from integrations.audit.stream.models import Destination, Problem, Way
from ktportal.encryption import Undecryptable

_MOST_READ = 64 * 1024
_LONGEST_PAUSE = timedelta(hours=1)
_LOG_AUDIT = 13
_SEVERITIES = {Outcome.DONE: 6, Outcome.REFUSED: 4, Outcome.UNKNOWN: 4, Outcome.FAILED: 3}


@dataclass(frozen=True)
class Text:
    """JSON on one line, in ASCII, with what syslog says of it besides: when it was, its kind and how it ended."""

    json: str
    at: datetime
    kind: str
    outcome: str = Outcome.DONE


def deliver(destination: Destination, texts: Sequence[Text], seconds: float) -> None:
    """Bring them there, in their order, within so many seconds. Returns when the destination has them. Raises
    `NotDelivered`, after which it may have them, or some, all the same."""
    deadline = time.monotonic() + seconds
    try:
        token = destination.token
    except Undecryptable:
        raise NotDelivered(Problem.UNREADABLE) from None
    with connected(destination.host, destination.port, deadline) as line:
        if destination.way == Way.SYSLOG:
            line.sendall(b"".join(map(_framed, texts)))
            line.end()
        else:
            _post(destination, token, "".join(f"{text.json}\n" for text in texts).encode(), line)


def _post(destination: Destination, token: str, body: bytes, line: TimedSocket) -> None:
    http = HTTPConnection(destination.host, destination.port)
    http.sock = line  # it is connected already, so that nothing resolves the name once more
    headers = {
        "Host": destination.place.removeprefix("https://"),
        "Content-Type": "application/x-ndjson",
        "Authorization": f"Bearer {token}",
        "User-Agent": "ktportal",
    }
    try:
        http.request("POST", destination.target or "/", body, headers)
        answer = http.getresponse()
        _must_be_accepted(answer)
        _read(answer)
    except HTTPException:
        raise NotDelivered(Problem.CUT_OFF) from None


def _must_be_accepted(answer: HTTPResponse) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    problem = Problem.ERROR
    if 300 <= status < 400:
        problem = Problem.REDIRECT
    elif status in (401, 403):
        problem = Problem.TOKEN
    elif status == 429:
        problem = Problem.BUSY
    raise NotDelivered(problem, status, _pause(answer.headers.get("Retry-After", "")))


def _pause(asked: str) -> timedelta:
    """How long an answer's `Retry-After` asks to wait: a number of seconds or a time."""
    asked = asked.strip()
    try:
        pause = timedelta(seconds=int(asked)) if asked.isdecimal() else parsedate_to_datetime(asked) - timezone.now()
    except (TypeError, ValueError, OverflowError):
        return timedelta()
    return min(max(pause, timedelta()), _LONGEST_PAUSE)


def _read(answer: HTTPResponse) -> None:
    """Read what was answered, up to a limit. Who says less than announced has broken off."""
    left = _MOST_READ
    while left and (part := answer.read(left)):
        left -= len(part)
    if left and answer.length:
        raise NotDelivered(Problem.CUT_OFF, answer.status)


def _framed(text: Text) -> bytes:
    """A message of RFC 5424, counted in octets as RFC 5425 has it."""
    priority = _LOG_AUDIT * 8 + _SEVERITIES.get(cast(Outcome, text.outcome), 6)
    host = urlsplit(settings.PORTAL_URL).hostname
    message = f"<{priority}>1 {in_utc(text.at)} {host} ktportal - {text.kind} - {text.json}".encode()
    return f"{len(message)} ".encode() + message
