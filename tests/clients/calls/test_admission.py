"""A slow service holds a part of the threads, and a silent one is asked by one call at a time."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.signals import request_finished, request_started
from django.db import DatabaseError
from django.test import Client

from accounts.models import Membership
from integrations.audit.actors import Actor
from integrations.audit.models import AuditEntry
from integrations.audit.recorder import Action, Scope
from integrations.clients.calls import gateway
from integrations.clients.calls.admission import Admission, Admitted
from integrations.clients.calls.breaker import (
    LETS_OTHERS_FIRST_SECONDS,
    PROBE_SECONDS,
    SILENT_AFTER,
    Breaker,
    Caller,
    breaker_of,
)
from integrations.clients.calls.bulkhead import Bulkhead, bulkhead
from integrations.clients.calls.parallel import Crew
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import TAGS_LOADED
from integrations.klicktipp import NO_TIME_LEFT, Ending, KlickTippError, Unreachable
from integrations.messages import Obstacle
from tests.factories import actor
from tests.service import Service
from tests.turned_clock import TurnedClock

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


def silent_for(breaker: Breaker, clock: TurnedClock, *callers: Caller) -> None:
    """As many calls of these callers as make the service silent, one after the other."""
    for number in range(SILENT_AFTER):
        clock.turn(20)
        breaker.note(callers[number % len(callers)], uuid4(), NOT)


def test_a_silent_service_is_asked_by_one_at_a_time_until_it_answers(clock: TurnedClock) -> None:
    breaker, one, other = Breaker(), Caller("one", "one", 1), Caller("other", "other", 2)
    silent_for(breaker, clock, one, other)
    assert breaker.is_open(Caller("third", "third", 3))
    assert [breaker.may_begin(one), breaker.may_begin(other)] == [True, False]
    assert not breaker.note(one, uuid4(), NOT)
    assert breaker.may_begin(other)
    breaker.give_up(other)
    assert breaker.may_begin(Caller("third", "third", 3))
    assert breaker.note(other, uuid4(), ANSWERED)
    assert [breaker.may_begin(Caller(name, name, 4)) for name in ("third", "other", "new")] == [True] * 3


def test_attempts_of_one_call_count_once_and_an_answer_begins_anew(clock: TurnedClock) -> None:
    breaker, one, call = Breaker(), Caller("one", "one", 1), uuid4()
    for _ in range(20):
        clock.turn(20)
        breaker.note(one, call, NOT)
    assert not breaker.is_open(one)
    for _ in range(SILENT_AFTER - 2):
        clock.turn(20)
        breaker.note(one, uuid4(), NOT)
    breaker.note(one, uuid4(), ANSWERED)
    clock.turn(20)
    breaker.note(one, uuid4(), NOT)
    assert not breaker.is_open(one)


def test_one_client_keeps_no_other_from_the_service(clock: TurnedClock) -> None:
    breaker, slow, other = Breaker(), Caller("slow", "slow", 1), Caller("other", "other", 2)
    silent_for(breaker, clock, slow)
    assert [breaker.may_begin(slow), breaker.may_begin(slow)] == [True, False]
    assert [breaker.may_begin(other) for _ in range(3)] == [True] * 3
    assert breaker.note(slow, uuid4(), ANSWERED)


def test_calls_of_a_client_that_overlap_count_once(clock: TurnedClock) -> None:
    breaker, slow = Breaker(), Caller("slow", "slow", 1)
    clock.turn(20)
    for _ in range(3 * SILENT_AFTER):
        clock.turn(0.1)
        breaker.note(Caller("slow", "slow", 1), uuid4(), NOT)
    assert not breaker.is_open(slow)


def test_many_clients_without_an_answer_at_once_are_a_silent_service(clock: TurnedClock) -> None:
    breaker = Breaker()
    told = [breaker.note(Caller(client, client, client), uuid4(), NOT) for client in range(SILENT_AFTER)]
    assert told == [False] * (SILENT_AFTER - 1) + [True]


def test_others_wait_for_a_probe_five_seconds_and_go_first_then(clock: TurnedClock) -> None:
    breaker, slow, patient = Breaker(), Caller("slow", "slow", 1), Caller("patient", "patient", 2)
    silent_for(breaker, clock, slow, Caller("slow too", "slow too", 1))
    assert breaker.may_begin(slow)
    clock.turn(PROBE_SECONDS - 1)
    assert not breaker.may_begin(patient)
    clock.turn(1)
    assert [breaker.may_begin(Caller(client, client, 1)) for client in ("slow",)] == [False]
    assert breaker.may_begin(patient)
    breaker.give_up(patient)
    assert breaker.may_begin(slow), "nobody else has been refused"
    assert not breaker.may_begin(patient)
    breaker.note(slow, uuid4(), NOT)
    assert not breaker.may_begin(slow)
    clock.turn(LETS_OTHERS_FIRST_SECONDS)
    assert breaker.may_begin(slow), "the others have not come back"


def test_a_team_keeps_only_itself_from_the_service(clock: TurnedClock) -> None:
    breaker = Breaker()
    mine = [Caller("mine", client, person) for client, person in (("a", 1), ("b", 2), ("c", 3))]
    silent_for(breaker, clock, *mine[:2])
    assert breaker.is_open(mine[2]), "a client of the same team"
    assert not breaker.is_open(Caller("theirs", "d", 4))


def test_who_take_turns_with_each_other_leave_the_third_its_turn(clock: TurnedClock) -> None:
    breaker = Breaker()
    callers = [Caller(team, team, team) for team in (1, 2, 3)]
    silent_for(breaker, clock, *callers[:2])
    probed = []
    for _ in range(40):
        for caller in callers:
            if breaker.may_begin(caller):
                probed.append(caller.team)
        clock.turn(1)
    assert probed.count(3) >= 2
    assert {1, 2, 3} == set(probed[:3])


@pytest.fixture
def silent(account: ClientAccount, service: Service, clock: TurnedClock) -> Breaker:
    """The breaker of a service that has been silent for the account, and answers by now."""
    silent_for(breaker_of(service.url), clock, Caller(account.team_id, (account.team_id, account.pk), 0))
    return breaker_of(service.url)


@pytest.mark.django_db
def test_a_probe_that_ends_without_being_counted_is_free(
    account: ClientAccount, owner: Membership, silent: Breaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = Action(TAGS_LOADED, actor(owner.user))
    admission = Admission(action, account.scope)
    attempt: Any = SimpleNamespace(call_id=uuid4())
    late = Ending(0.0, None, Unreachable("list_tags", hint=NO_TIME_LEFT), None)
    for end in (lambda: admission.note(attempt, late), admission.give_up):
        admission.ask()
        end()

    class Broken:
        def begin(self, attempt: object) -> None: ...

        def finish(self, attempt: object, ending: object) -> None:
            raise DatabaseError

    admitted = Admitted(Broken(), admission)
    admitted.begin(attempt)
    with pytest.raises(DatabaseError):
        admitted.finish(attempt, late)

    results = gateway.at_once(account, Action(TAGS_LOADED, actor(owner.user)), [lambda api: api.list_tags()])
    del results
    with monkeypatch.context() as broken:
        broken.setattr(Crew, "_dispatch", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            list(gateway.at_once(account, Action(TAGS_LOADED, actor(owner.user)), [lambda api: api.list_tags()]))
    assert gateway.connect(account, Action(TAGS_LOADED, actor(owner.user))).list_tags()


@pytest.mark.django_db
def test_many_at_once_are_not_begun_while_somebody_probes(
    account: ClientAccount, owner: Membership, service: Service, silent: Breaker
) -> None:
    assert silent.may_begin(Caller(account.team_id, (account.team_id, account.pk), 0))
    entries = AuditEntry.objects.count()
    with pytest.raises(Obstructed):
        next(gateway.at_once(account, Action(TAGS_LOADED, actor(owner.user)), [lambda api: api.list_tags()]))
    assert AuditEntry.objects.count() == entries
    assert service.received() == []


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
    somebody = Caller(account.team_id, (account.team_id, account.pk), 0)
    breaker_of(service.url).may_begin(somebody)
    entries = AuditEntry.objects.count()
    with pytest.raises(Obstructed) as refused:
        call()
    assert refused.value.obstacle is Obstacle.SERVICE_SILENT
    url = f"/t/{account.team.slug}/clients/{account.slug}/tags/?load=now"
    page = browser.get(url).content.decode()
    assert "has not answered several times in a row" in page
    assert AuditEntry.objects.count() == entries

    breaker_of(service.url).give_up(somebody)
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
@pytest.mark.past_the_lines
def test_requests_give_their_seat_free_when_they_end() -> None:
    request_started.send(Client)
    assert bulkhead.take_seat(actor_of(1), Scope(1))
    assert bulkhead._taken
    request_finished.send(Client)
    assert not bulkhead._taken
