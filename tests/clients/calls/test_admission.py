"""A slow service holds a part of the threads, and a silent one is asked by one call at a time."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.signals import request_finished, request_started
from django.test import Client

from accounts.models import Membership
from integrations.audit.actors import Actor
from integrations.audit.models import AuditEntry
from integrations.audit.recorder import Action, Scope
from integrations.clients.calls import gateway
from integrations.clients.calls.breaker import SILENT_AFTER, Breaker, breaker_of
from integrations.clients.calls.bulkhead import Bulkhead, bulkhead
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import TAGS_LOADED
from integrations.klicktipp import Ending, KlickTippError
from integrations.messages import Obstacle
from tests.factories import actor
from tests.service import Service

ANSWERED = Ending(0.1, 200, None, None)
NOT = Ending(20.0, None, None, None)


class Requests:
    """Web requests that last until they are ended, each in a thread of its own as in the web process."""

    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead
        self._ends: list[threading.Event] = []

    def wait(self, user_id: int, team_id: int) -> bool:
        """Whether a new request of this person for this team gets a seat."""
        got: list[bool] = []
        seated, ended = threading.Event(), threading.Event()

        def request() -> None:
            self._bulkhead.begin_request()
            got.append(self._bulkhead.take_seat(actor_of(user_id), Scope(team_id)))
            got.append(self._bulkhead.take_seat(actor_of(user_id), Scope(team_id)))
            seated.set()
            ended.wait(10)
            self._bulkhead.end_request()

        thread = threading.Thread(target=request)
        thread.start()
        seated.wait(10)
        assert got[0] == got[1], "a request keeps its seat"
        self._ends.append(ended)
        self._threads = [*getattr(self, "_threads", []), thread]
        return got[0]

    def end(self) -> None:
        for ended in self._ends:
            ended.set()
        for thread in self._threads:
            thread.join()


def actor_of(user_id: int) -> Actor:
    return Actor("Alex", user_id)


def test_a_person_a_team_and_all_have_a_part_of_the_threads() -> None:
    seats = Bulkhead(threads=32)
    requests = Requests(seats)
    assert [requests.wait(1, 1) for _ in range(7)] == [True] * 6 + [False]
    assert [requests.wait(2, 1) for _ in range(7)] == [True] * 6 + [False]
    assert not requests.wait(3, 1), "the team has its twelve"
    assert [requests.wait(4, 2) for _ in range(6)] == [True] * 6
    assert [requests.wait(5, 3) for _ in range(3)] == [True, True, False], "twenty of thirty-two wait"
    requests.end()
    again = Requests(seats)
    assert again.wait(1, 1)
    again.end()


def test_commands_and_the_worker_need_no_seat() -> None:
    seats = Bulkhead(threads=1)
    assert [seats.take_seat(actor_of(1), Scope(1)) for _ in range(50)] == [True] * 50


def test_a_silent_service_is_asked_by_one_at_a_time_until_it_answers() -> None:
    breaker = Breaker()
    assert [breaker.note(uuid4(), NOT) for _ in range(SILENT_AFTER)] == [False] * (SILENT_AFTER - 1) + [True]
    assert [breaker.may_begin(), breaker.may_begin()] == [True, False]
    assert not breaker.note(uuid4(), NOT)
    assert breaker.may_begin()
    breaker.give_up()
    assert breaker.may_begin()
    assert breaker.note(uuid4(), ANSWERED)
    assert [breaker.may_begin() for _ in range(3)] == [True] * 3


def test_attempts_of_one_call_count_once_and_an_answer_begins_anew() -> None:
    breaker, call = Breaker(), uuid4()
    for _ in range(20):
        breaker.note(call, NOT)
    assert not breaker.is_open
    for _ in range(SILENT_AFTER - 2):
        breaker.note(uuid4(), NOT)
    breaker.note(uuid4(), ANSWERED)
    breaker.note(uuid4(), NOT)
    assert not breaker.is_open


@pytest.mark.django_db
def test_pages_and_the_log_say_once_that_it_does_not_answer(
    browser: Client, account: ClientAccount, owner: Membership, service: Service
) -> None:
    def call() -> None:
        gateway.connect(account, Action(TAGS_LOADED, actor(owner.user)), seconds=5).create_tag("New")

    service.fault(status=504, always=True)
    for _ in range(SILENT_AFTER):
        with pytest.raises(KlickTippError):
            call()
    told = AuditEntry.objects.filter(sentence="clients.service_silent")
    assert told.count() == 1
    breaker_of(service.url).may_begin()
    entries = AuditEntry.objects.count()
    with pytest.raises(Obstructed) as refused:
        call()
    assert refused.value.obstacle is Obstacle.SERVICE_SILENT
    url = f"/t/{account.team.slug}/clients/{account.slug}/tags/?load=now"
    page = browser.get(url).content.decode()
    assert "has not answered several times in a row" in page
    assert AuditEntry.objects.count() == entries

    breaker_of(service.url).give_up()
    service.reset()
    call()
    assert AuditEntry.objects.filter(sentence="clients.service_answers").count() == 1
    assert (
        "has not answered"
        not in browser.get(f"/t/{account.team.slug}/clients/{account.slug}/tags/?load=now").content.decode()
    )


@pytest.mark.django_db
def test_who_finds_no_seat_is_told_at_once_with_what_is_known(
    browser: Client, account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/t/{account.team.slug}/clients/{account.slug}/tags/"
    browser.get(url)
    full: Callable[..., bool] = lambda *_: False  # noqa: E731
    monkeypatch.setattr("integrations.clients.calls.admission.bulkhead.take_seat", full)
    called = len(service.received())
    page = browser.get(f"{url}?load=now").content.decode()
    assert "others are waiting for it already" in page
    assert "Newsletter" in page
    assert len(service.received()) == called
    assert AuditEntry.objects.latest("number").answer["problem"] == Obstacle.TOO_MANY_WAIT


@pytest.mark.django_db
def test_requests_give_their_seat_free_when_they_end() -> None:
    request_started.send(Client)
    assert bulkhead.take_seat(actor_of(1), Scope(1))
    assert bulkhead._taken
    request_finished.send(Client)
    assert not bulkhead._taken
