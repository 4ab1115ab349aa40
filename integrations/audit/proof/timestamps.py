"""RFC 3161 time stamps over checkpoints: an authority that is not ours says that a checkpoint was there at a time.

`LOG_TIMESTAMP_URL` names its address, `LOG_TIMESTAMP_ROOTS` a PEM file of the root certificates it is trusted by.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from integrations.audit.models import EntryCounter
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import Checkpoint, TimeStamp
from integrations.audit.proof.signed import is_signed
from integrations.klicktipp import Transport
from integrations.klicktipp.transport import NoAnswer, NotSent

EVERY = timedelta(days=1)
"""How often the newest checkpoint of a log is stamped, if there is a newer one. A row that is of the future counts not:
the portal has not written it."""

_SECONDS = 20.0
_LARGEST_ANSWER = 64 * 1024


class NotStamped(Exception):
    """The authority gave no time stamp, or none that fits; the message says why."""


def roots() -> list[x509.Certificate]:
    """The certificates that stamps are verified with. Raises `OSError` and `ValueError` for a file that has none."""
    return x509.load_pem_x509_certificates(Path(settings.LOG_TIMESTAMP_ROOTS).read_bytes())


def stamp_checkpoints(seconds: float = _SECONDS) -> int:
    """For the clock: have the newest checkpoints of logs stamped, those first that never were; returns how many. None
    that the portal has not signed is. Ends with `NotStamped` at the first that is refused: the next would fare no
    better."""
    if not settings.LOG_TIMESTAMP_URL:
        return 0
    ends, count = time.monotonic() + seconds, 0
    for log in _due():
        if time.monotonic() >= ends:
            break
        newest = log.newest()
        if newest and is_signed(newest):
            stamp(newest, ends)
            count += 1
    return count


def _due() -> list[Log]:
    place = {"team_id": OuterRef("team_id"), "account_id": OuterRef("account_id")}
    newest = Checkpoint.objects.filter(**place).order_by("-size")
    stamped = TimeStamp.objects.filter(**place).order_by("-size")
    found = EntryCounter.objects.annotate(
        size=Subquery(newest.values("size")[:1]),
        stamped=Coalesce(Subquery(stamped.values("size")[:1]), 0),
        stamped_at=Subquery(stamped.values("created_at")[:1]),
    )
    now = timezone.now()
    is_over = Q(stamped_at=None) | Q(stamped_at__lte=now - EVERY) | Q(stamped_at__gt=now)
    due = found.filter(is_over, size__gt=F("stamped"))
    by_turns = due.order_by(F("stamped_at").asc(nulls_first=True), "team_id", "account_id")
    return [Log(*each) for each in by_turns.values_list("team_id", "account_id")]


def stamp(checkpoint: Checkpoint, ends: float) -> TimeStamp:
    """Have a checkpoint stamped, until `ends` of `time.monotonic()`. Raises `NotStamped`."""
    note = checkpoint.note.encode()
    request = TimestampRequestBuilder(note, HashAlgorithm.SHA256).build()
    given = _ask(request.as_bytes(), ends)
    try:
        answer = decode_timestamp_response(given)
        VerifierBuilder(roots=roots(), nonce=request.nonce).build().verify_message(answer, note)
    except (VerificationError, ValueError) as problem:
        raise NotStamped(f"what {settings.LOG_TIMESTAMP_URL} answers is no time stamp that fits: {problem}") from None
    return TimeStamp.objects.create(
        team_id=checkpoint.team_id,
        account_id=checkpoint.account_id,
        size=checkpoint.size,
        answer=given,
        told_at=answer.tst_info.gen_time,
    )


def is_good(stamp: TimeStamp, note: str) -> bool:
    """Whether a time stamp that is kept is one over this checkpoint, for the time that is kept with it. Raises as
    `roots`."""
    return time_told(bytes(stamp.answer), note) == stamp.told_at


def fits(stamp: TimeStamp) -> bool | None:
    """Whether a time stamp that is kept is good, over a checkpoint that the portal has signed; None where no
    certificates are there to tell."""
    stamped = Log(stamp.team_id, stamp.account_id).checkpoints.filter(size=stamp.size).first()
    try:
        return stamped is not None and is_signed(stamped) and is_good(stamp, stamped.note)
    except (OSError, ValueError):
        return None


def time_told(given: bytes, note: str) -> datetime | None:
    """When this checkpoint was there, as an authority's answer says; None for what is no time stamp over it, or of none
    that is trusted. Raises as `roots`."""
    verifier = VerifierBuilder(roots=roots()).build()
    try:
        answer: TimeStampResponse = decode_timestamp_response(given)
        verifier.verify_message(answer, note.encode())
    except (VerificationError, ValueError):
        return None
    told: datetime = answer.tst_info.gen_time
    return told


@cache
def _transport() -> Transport:
    return Transport(pool_size=1, proxy=settings.KLICKTIPP_PROXY)


def _ask(request: bytes, ends: float) -> bytes:
    url = settings.LOG_TIMESTAMP_URL
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        answer = _transport().send(
            "POST", url, headers, request, timeout=(5.0, 10.0), deadline=ends, largest=_LARGEST_ANSWER
        )
    except (NotSent, NoAnswer) as problem:
        raise NotStamped(f"{url} gives {problem}") from None
    if answer.status != 200 or not answer.body:
        raise NotStamped(f"{url} answers with HTTP status {answer.status}")
    return answer.body
