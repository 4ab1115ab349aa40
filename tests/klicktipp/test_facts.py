"""The library against the facts: what it sends, and how it reads every form of the answer.

A small HTTP server on a real socket plays KlickTipp: it keeps what arrives and answers with the sample.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from integrations.klicktipp import OPERATIONS, DeveloperKeyAuth, KlickTipp, SessionAuth
from tests.facts import (
    AS_SAMPLE,
    CHECK_VALUE,
    CUSTOMER_KEY,
    DEVELOPER_KEY,
    FACT_OF,
    FACTS,
    NO_BODY,
    USERNAME,
    Fact,
    Form,
    key_headers,
)

SIGNATURES = ("X-Un", "X-Ci", "Cookie", "X-Session-Id")


@dataclass(frozen=True)
class Received:
    """One request as it arrived, decoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: dict[str, Any]


@dataclass
class Service:
    """KlickTipp as far as these tests need it: gives one answer after the other, the last one for ever."""

    url: str
    answers: list[tuple[int, Any]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def will_answer(self, *answers: Any, status: int = 200) -> None:
        self.answers = [(status, answer) for answer in answers]

    def next_answer(self) -> tuple[int, bytes]:
        status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return status, b"" if answer is NO_BODY else json.dumps(answer).encode()


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            played.received.append(
                Received(
                    method=self.command,
                    path=url.path,
                    query=dict(parse_qsl(url.query, keep_blank_values=True)),
                    headers=self.headers,
                    body=decoded(raw, self.headers.get_content_type()),
                )
            )
            status, body = played.next_answer()
            self.send_response(status)
            if body:
                self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        played = Service(url=f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield played
        server.shutdown()


def decoded(raw: bytes, content_type: str) -> dict[str, Any]:
    """The body of a request, whether it was sent as JSON or as a form."""
    if not raw:
        return {}
    if content_type == "application/json":
        return json.loads(raw)
    assert content_type == "application/x-www-form-urlencoded"
    body: dict[str, Any] = {}
    for key, value in parse_qsl(raw.decode(), keep_blank_values=True):
        name, *inner = re.findall(r"[^\[\]]+", key)
        if key.endswith("]") and (not inner or inner[0].isdecimal()):
            body.setdefault(name, []).append(value)
        elif inner:
            body.setdefault(name, {})[inner[0]] = value
        else:
            body[name] = value
    return body


def as_text(value: Any) -> Any:
    """The same with text for numbers: what a form can say."""
    if isinstance(value, Mapping):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return str(value)


def call(fact: Fact, service: Service, arguments: Mapping[str, Any] | None = None) -> Any:
    """Call the library's method for a fact, signed in as the fact says."""
    arguments = dict(fact.arguments if arguments is None else arguments)
    if fact.operation == "login":
        api = KlickTipp(SessionAuth(**arguments), base_url=service.url, timeout=(5, 30))
        return api.login()
    auth = DeveloperKeyAuth(USERNAME, DEVELOPER_KEY, CUSTOMER_KEY)
    api = KlickTipp(auth, base_url=service.url, timeout=(5, 30))
    return getattr(api, fact.operation)(**arguments)


def plain(result: Any, gives: Any) -> Any:
    """What the library gave in plain terms, as far as the fact speaks of it."""
    if isinstance(gives, Mapping) and not isinstance(result, Mapping):
        return {name: plain(getattr(result, name), wanted) for name, wanted in gives.items()}
    if isinstance(result, Mapping):
        return {key: plain(inner, gives.get(key)) for key, inner in result.items()}
    if isinstance(result, list | tuple):
        wanted = [*gives, *[None] * len(result)] if isinstance(gives, list) else [None] * len(result)
        return [plain(inner, want) for inner, want in zip(result, wanted, strict=False)]
    return result


def name_of(fact: Fact) -> str:
    return fact.operation


every_fact = pytest.mark.parametrize("fact", FACTS, ids=name_of)
every_form = pytest.mark.parametrize(
    ("fact", "form"),
    [
        pytest.param(fact, form, id=f"{fact.operation}-{form.what}")
        for fact in FACTS
        for form in (Form("sample", fact.answer), *fact.forms)
    ],
)


def test_there_is_one_fact_for_each_operation() -> None:
    assert sorted(fact.operation for fact in FACTS) == sorted(OPERATIONS)


def test_the_headers_of_the_facts_have_the_check_value_of_the_reference() -> None:
    assert key_headers(USERNAME, DEVELOPER_KEY, CUSTOMER_KEY)["X-Ci"] == CHECK_VALUE


@every_fact
def test_the_table_of_operations_says_what_the_fact_says(fact: Fact) -> None:
    operation = OPERATIONS[fact.operation]

    assert operation.method == fact.method
    assert re.sub(r"{\w+}", "{}", operation.path) == re.sub(r"{\w+}", "{}", fact.template)
    assert operation.safe == fact.safe
    assert operation.repeatable == fact.repeatable


@every_fact
def test_the_request_is_sent_as_the_fact_says(fact: Fact, service: Service) -> None:
    service.will_answer(fact.answer)

    call(fact, service)

    [request] = service.received
    assert request.method == fact.method
    assert request.path == fact.path
    assert request.query == fact.query
    assert as_text(request.body) == as_text(fact.body)


@every_fact
def test_the_request_is_signed_as_the_fact_says(fact: Fact, service: Service) -> None:
    service.will_answer(fact.answer)

    call(fact, service)

    [request] = service.received
    signature = {name: request.headers[name] for name in SIGNATURES if name in request.headers}
    if fact.auth == "key":
        assert signature == {"X-Un": USERNAME, "X-Ci": CHECK_VALUE}
    else:
        assert signature == {}
    assert request.headers["Client-Identifier"]
    assert request.headers["Connector-Version"]


@every_form
def test_every_form_of_the_answer_is_read_as_equal(fact: Fact, form: Form, service: Service) -> None:
    service.will_answer(form.answer, status=form.status)
    gives = fact.gives if form.gives is AS_SAMPLE else form.gives

    result = call(fact, service)

    assert plain(result, gives) == gives


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.auth == "key"], ids=lambda fact: fact.operation)
def test_a_session_signs_with_the_cookie_that_login_gave(fact: Fact, service: Service) -> None:
    login = FACT_OF["login"]
    service.will_answer(login.answer, fact.answer)
    api = KlickTipp(SessionAuth(**login.arguments), base_url=service.url, timeout=(5, 30))
    api.login()

    getattr(api, fact.operation)(**fact.arguments)

    first, second = service.received
    assert first.body == login.body
    assert second.path == fact.path
    assert second.headers["Cookie"] == "SSESSabc=xyz123"
    assert "X-Ci" not in second.headers


def test_a_search_for_tagged_contacts_always_sends_all_three_arguments(service: Service) -> None:
    """They are required; the defaults are what the service takes for a filter that is left out."""
    service.will_answer({})
    api = KlickTipp(DeveloperKeyAuth(USERNAME, DEVELOPER_KEY, CUSTOMER_KEY), base_url=service.url, timeout=(5, 30))

    api.list_tagged_contacts(tag_id=17)

    [request] = service.received
    assert as_text(request.body) == {
        "tagid": "17",
        "status": ["subscribed"],
        "bounceStatus": ["nobounce", "softbounce", "spambounce"],
    }
