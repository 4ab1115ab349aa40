"""Signing in with username and password, alone and together with others."""

import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from integrations.klicktipp import (
    AccessDenied,
    InvalidRequest,
    KlickTipp,
    MemorySessionStore,
    NotFound,
    OutcomeUnknown,
    Problem,
    ServiceError,
    SessionAuth,
    SessionToken,
    Throttled,
)

from .service import Received, Reply, Service, answer, hang_up

EMPTY = answer({})
DENIED = answer(["API access denied."], status=403)
WRONG = answer(["Wrong username or password."], status=401)


def session(name: str) -> bytes:
    return answer({"sessid": name, "session_name": "SSESS", "account": {"uid": 1}})


def token(name: str) -> SessionToken:
    return SessionToken("SSESS", name)


@pytest.fixture
def store() -> MemorySessionStore:
    return MemorySessionStore()


@pytest.fixture
def api(server: Service, store: MemorySessionStore) -> KlickTipp:
    return KlickTipp(SessionAuth("user", "secret", store), base_url=server.url)


def seen(server: Service) -> list[str]:
    """The requests: the path, and the session of those that have one."""
    return [
        request.path + (f" {request.headers['Cookie']}" if "Cookie" in request.headers else "")
        for request in server.received
    ]


def a_minute_later(store: MemorySessionStore) -> None:
    store.note_try(datetime.now(UTC) - timedelta(seconds=61))


def test_the_first_call_signs_in_and_the_others_use_the_session(api: KlickTipp, server: Service) -> None:
    server.will(session("one"), EMPTY)

    api.list_tags()
    api.list_fields()

    assert seen(server) == ["/account/login", "/tag SSESS=one", "/field SSESS=one"]
    assert server.received[0].json == {"username": "user", "password": "secret"}


def test_a_stored_session_is_used(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("kept"))
    server.will(EMPTY)

    api.list_tags()

    assert seen(server) == ["/tag SSESS=kept"]


@pytest.mark.parametrize("status", [401, 403])
def test_an_ended_session_is_renewed_and_the_call_repeated(
    status: int, api: KlickTipp, server: Service, store: MemorySessionStore
) -> None:
    store.save(token("old"))
    server.will(answer("", status=status), session("new"), answer([49]))

    assert api.create_tag("new") == 49
    assert seen(server) == ["/tag SSESS=old", "/account/login", "/tag SSESS=new"]
    assert store.load() == token("new")


def test_a_session_somebody_else_has_got_is_taken(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("old"))

    def denied_while_another_signs_in(connection) -> None:
        store.save(token("theirs"))
        connection.sendall(DENIED)

    server.will(denied_while_another_signs_in, EMPTY)

    api.list_tags()

    assert seen(server) == ["/tag SSESS=old", "/tag SSESS=theirs"]


def test_the_call_is_repeated_once(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("old"))
    server.will(DENIED, session("new"), DENIED)

    with pytest.raises(AccessDenied) as raised:
        api.list_tags()

    assert (raised.value.operation, raised.value.problem) == ("list_tags", Problem.USER_DENIED)
    assert seen(server) == ["/tag SSESS=old", "/account/login", "/tag SSESS=new"]


def test_it_signs_in_at_most_once_a_minute(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    server.will(WRONG)
    problems = []
    for _ in range(3):
        with pytest.raises(AccessDenied) as raised:
            api.list_tags()
        problems.append(raised.value.problem)
    assert seen(server) == ["/account/login"]
    assert problems == [Problem.WRONG_LOGIN, Problem.SIGN_IN_PAUSED, Problem.SIGN_IN_PAUSED]

    a_minute_later(store)
    with pytest.raises(AccessDenied) as raised:
        api.list_tags()

    assert raised.value.operation == "login"
    assert seen(server) == ["/account/login"] * 2


def test_an_ended_session_that_cannot_be_renewed_is_sent_no_more(
    api: KlickTipp, server: Service, store: MemorySessionStore
) -> None:
    store.save(token("old"))
    server.will(DENIED, WRONG)

    for _ in range(2):
        with pytest.raises(AccessDenied):
            api.list_tags()

    assert seen(server) == ["/tag SSESS=old", "/account/login"]


def test_a_user_whose_plan_is_too_small_is_denied(api: KlickTipp, server: Service) -> None:
    server.will(DENIED)

    with pytest.raises(AccessDenied) as raised:
        api.list_tags()

    assert (raised.value.operation, raised.value.problem) == ("login", Problem.USER_DENIED)


@pytest.mark.parametrize(
    ("reply", "error"),
    [(WRONG, AccessDenied), (hang_up, OutcomeUnknown), (answer("", status=500), ServiceError)],
)
def test_when_signing_in_fails_the_call_has_not_happened(
    reply: Reply, error: type[AccessDenied], api: KlickTipp, server: Service
) -> None:
    server.will(reply)

    with pytest.raises(error) as raised:
        api.create_tag("new")

    assert raised.value.operation == "login"
    assert raised.value.happened == "no"


def test_a_try_that_was_refused_does_not_count(api: KlickTipp, server: Service) -> None:
    server.will(answer("", status=503))
    with pytest.raises(Throttled):
        api.list_tags()

    server.will(session("one"), EMPTY)

    assert api.list_tags() == ()


def test_many_threads_sign_in_once(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("old"))
    at_once = threading.Barrier(8)

    def by_session(request: Received) -> Reply:
        if request.path == "/account/login":
            return session("new")
        return EMPTY if request.headers["Cookie"] == "SSESS=new" else DENIED

    def work() -> None:
        at_once.wait()
        api.list_tags()

    server.will_decide(by_session)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen(server).count("/account/login") == 1
    assert seen(server).count("/tag SSESS=new") == 8


class BusyStore(MemorySessionStore):
    """Somebody else is signing in, without end."""

    def lock(self, timeout: float) -> AbstractContextManager[None]:
        raise TimeoutError


def test_somebody_who_signs_in_without_end(server: Service) -> None:
    api = KlickTipp(SessionAuth("user", "secret", BusyStore()), base_url=server.url)

    with pytest.raises(AccessDenied) as raised:
        api.create_tag("new")

    assert raised.value.happened == "no"
    assert server.received == []


def test_other_errors_do_not_sign_in(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("kept"))
    server.will(answer([], status=404))

    with pytest.raises(NotFound):
        api.get_tag(21)

    assert seen(server) == ["/tag/21 SSESS=kept"]


def test_login_keeps_the_session(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    server.will(session("one"))

    given = api.login()

    assert store.load() == given == token("one")
    assert given.account is not None
    assert given.account.id == "1"


def test_login_for_somebody_else_keeps_nothing(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    server.will(session("theirs"))

    assert api.login("other", "secret") == token("theirs")
    assert store.load() is None


@pytest.mark.parametrize("sessid", ["", None, 5.5, "a b", "a\r\nb", ["x"]])
def test_a_login_without_a_usable_session_cannot_be_read(sessid: object, server: Service) -> None:
    server.will(answer({"sessid": sessid, "session_name": "" if sessid == 5.5 else "SSESS"}))

    with pytest.raises(ServiceError):
        KlickTipp(None, base_url=server.url).login("user", "secret")


def test_logout_ends_the_session(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("kept"))
    server.will(answer([True]))

    api.logout()
    api.logout()

    assert store.load() is None
    assert seen(server) == ["/account/logout SSESS=kept"]


def test_logout_does_not_sign_in_again(api: KlickTipp, server: Service, store: MemorySessionStore) -> None:
    store.save(token("old"))
    server.will(DENIED)

    with pytest.raises(AccessDenied):
        api.logout()

    assert store.load() is None
    assert seen(server) == ["/account/logout SSESS=old"]


def test_an_empty_password_is_not_tried(server: Service) -> None:
    with pytest.raises(InvalidRequest):
        KlickTipp(SessionAuth("user", ""), base_url=server.url).list_tags()

    assert server.received == []
