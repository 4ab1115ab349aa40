"""What takes long goes a few at a time: who wants it when many others do is told at once to come again in a moment, and
holds no thread that others need."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from accounts.access import TeamRequest

RETRY_SECONDS: Final = 5
RETRY_LONG_SECONDS: Final = 30
OF_PERSON: Final = 0.25
"""The part of the threads that one signed-in person may have, whatever they ask for. A browser asks for six things at
a time."""
OF_LONG: Final = 0.25
"""The part that may give long answers: each takes a processor, so that more at a time end no sooner."""
OF_LONG_OF_TEAM: Final = 0.125
"""The part that may do so for one team, however many of its members agree."""

Answer = Callable[[HttpRequest], HttpResponse]


class Crowded(Exception):
    """Too many others want the same just now; nothing was done."""


class Gate:
    """Lets some through at a time.

    at_once: how many
    waiting: how many others may wait; more are refused at once
    patience: seconds that one waits
    of_one: how many of those inside and waiting may be of the same one, where it is told whose they are
    """

    def __init__(self, at_once: int, waiting: int, patience: float = 2.0, of_one: int = 2) -> None:
        self._inside = threading.BoundedSemaphore(at_once)
        self._known = threading.BoundedSemaphore(at_once + waiting)
        self._patience = patience
        self._of_one = of_one
        self._theirs: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def passed(self, by: str | None = None) -> Iterator[None]:
        """Raises `Crowded`."""
        with self._counted(by):
            if not self._known.acquire(blocking=False):
                raise Crowded
            try:
                if not self._inside.acquire(timeout=self._patience):
                    raise Crowded
                try:
                    yield
                finally:
                    self._inside.release()
            finally:
                self._known.release()

    @contextmanager
    def _counted(self, by: str | None) -> Iterator[None]:
        if by is None:
            yield
            return
        with self._lock:
            if self._theirs[by] >= self._of_one:
                raise Crowded
            self._theirs[by] += 1
        try:
            yield
        finally:
            with self._lock:
                self._theirs[by] -= 1
                self._theirs += Counter()


class Shares:
    """How many threads of this process people have. A request counts until its answer has been written.

    in_all: for all together
    most: for one person, for one team
    """

    def __init__(self, in_all: int, **most: int) -> None:
        self._most = {"all": in_all, **most}
        self._taken: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        self._here = threading.local()

    def take(self, **whose: int) -> bool:
        """whose: the person and the team, as far as these have a share"""
        places = [("all", 0), *whose.items()]
        with self._lock:
            if any(self._taken[place] >= self._most[place[0]] for place in places):
                return False
            self._taken.update(places)
        self._here.places = places
        return True

    def give_back(self, **_: Any) -> None:
        """What this thread has taken, if anything."""
        with self._lock:
            self._taken.subtract(vars(self._here).pop("places", ()))
            self._taken += Counter()


shares: Final = Shares(settings.WEB_THREADS, person=int(OF_PERSON * settings.WEB_THREADS))
long_answers: Final = Shares(
    int(OF_LONG * settings.WEB_THREADS), team=int(OF_LONG_OF_TEAM * settings.WEB_THREADS), person=1
)
for each in (shares, long_answers):
    request_started.connect(each.give_back)
    request_finished.connect(each.give_back)


def one_at_a_time(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A team's view whose answer can take a processor for minutes: each person gets one answer of this kind at a time,
    and a team, and all together, hold no more than a part of the threads."""

    @wraps(view)
    def alone(request: TeamRequest, **arguments: Any) -> HttpResponseBase:
        if not long_answers.take(person=request.user.pk, team=request.team.pk):
            return _later(is_long=True)
        return view(request, **arguments)

    return alone


def share(get_response: Answer) -> Answer:
    """Answers with status 503 where a person has their share of the threads already, and where it is too crowded."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not shares.take(person=request.user.pk):
            return _later()
        return get_response(request)

    middleware.process_exception = _later_if_crowded  # type: ignore[attr-defined]
    return middleware


def _later_if_crowded(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    return _later() if isinstance(exception, Crowded) else None


def _later(*, is_long: bool = False) -> HttpResponse:
    page = render_to_string("crowded.html", {"is_long": is_long})
    seconds = RETRY_LONG_SECONDS if is_long else RETRY_SECONDS
    return HttpResponse(page, status=503, headers={"Retry-After": str(seconds)})
