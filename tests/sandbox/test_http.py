"""The wire: HTTP versions, bodies, limits and connections."""

import http.client
import json
import socket
import threading
import time

import pytest

from integrations.sandbox.server import SandboxServer
from tests.sandbox.client import Api, json_of, raw


def signed(api: Api) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in api.headers.items()).encode()


def test_http_1_0_closes_and_says_so(api: Api) -> None:
    answer = raw(api.sandbox, b"GET /list HTTP/1.0\r\n" + signed(api) + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close\r\n" in answer
    assert "" in json_of(answer).values()


def test_http_1_0_with_keep_alive(api: Api) -> None:
    head = b"GET /tag.json HTTP/1.0\r\n" + signed(api)
    answer = raw(api.sandbox, head + b"Connection: Keep-Alive\r\n\r\n" + head + b"\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_keep_alive_and_pipelining(api: Api) -> None:
    head = b"GET /list HTTP/1.1\r\nHost: x\r\n" + signed(api)
    answer = raw(api.sandbox, head + b"\r\n" + b"\r\n" + head + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_head_and_options(api: Api) -> None:
    head = api.call("HEAD", "/list")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(api.get("/list").content)
    options = api.call("OPTIONS", "/tag/1", headers={"X-Un": "", "X-Ci": ""})
    assert options.status_code == 200
    assert {"GET", "PUT", "DELETE"} <= set(options.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/list", "/list.json", "/list/", "//list", "/%6cist", "/list?a=b", "/list.json?a=b"])
def test_spellings_of_a_path(api: Api, path: str) -> None:
    head = f"GET {path} HTTP/1.0\r\n".encode() + signed(api)
    assert raw(api.sandbox, head + b"\r\n").startswith(b"HTTP/1.1 200 ")


def test_absolute_form(api: Api) -> None:
    head = f"GET {api.sandbox.url}/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
    assert raw(api.sandbox, head + signed(api) + b"\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /list\r\n\r\n", 400),
        (b"GET list HTTP/1.1\r\n\r\n", 400),
        (b"GET /list HTTP/2.0\r\n\r\n", 505),
        (b"GET /list HTTP/1.1\r\n\r\n", 400),
        (b"GET /list HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n", 400),
        (b"GET /list HTTP/1.1\r\nHost: x\r\n folded: x\r\n\r\n", 400),
        (b"GET /%ff HTTP/1.0\r\n\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.0\r\n\r\n", 414),
        (b"GET / HTTP/1.0\r\nA: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.0\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"POST /tag HTTP/1.0\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /tag HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /tag HTTP/1.0\r\nContent-Length: 1000001\r\n\r\n", 413),
        (b"POST /tag HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST /tag HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 501),
        (b"POST /tag HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /tag HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n", 413),
        (b"POST /tag HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417),
    ],
)
def test_requests_that_cannot_be_read(sandbox: SandboxServer, data: bytes, status: int) -> None:
    answer = raw(sandbox, data)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
    assert b"Connection: close" in answer
    assert isinstance(json_of(answer)[0], str)


def test_a_body_over_the_limit_is_answered_although_it_was_sent(api: Api) -> None:
    assert api.post("/tag", {"name": "x" * 1_100_000}).status_code == 413
    assert api.received()[-1]["status"] == 413
    assert api.get("/list").status_code == 200


def test_expect_100_continue(api: Api) -> None:
    body = b'{"name":"expected"}'
    head = (
        b"POST /tag HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n" % len(body)
    )
    with socket.create_connection(("127.0.0.1", api.sandbox.port), timeout=5) as connection:
        connection.sendall(head + signed(api) + b"\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_chunked_bodies(api: Api) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", api.sandbox.port, timeout=5)
    headers = {**api.headers, "Content-Type": "application/json"}
    for name in ("one", "two"):
        parts = iter([b'{"name":', json.dumps(f"chunk {name}").encode(), b"}"])
        connection.request("POST", "/tag", parts, headers, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()
    assert "chunk two" in api.get("/tag").json().values()


def test_sixteen_connections_at_once(api: Api) -> None:
    barrier = threading.Barrier(16, timeout=5)
    statuses = []

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", api.sandbox.port, timeout=5)
        connection.connect()
        barrier.wait()
        for _ in range(5):
            connection.request("GET", "/list", headers=api.headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 80


def test_answers_do_not_wait_for_acknowledgements(api: Api) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", api.sandbox.port, timeout=5)
    started = time.monotonic()
    for _ in range(25):
        connection.request("GET", "/list", headers=api.headers)
        connection.getresponse().read()
    connection.close()
    assert time.monotonic() - started < 0.9


def test_latency_delays_each_call_but_not_the_others() -> None:
    with SandboxServer(accounts=1, latency_ms=150) as server:
        api = Api(server)
        started = time.monotonic()
        threads = [threading.Thread(target=api.get, args=("/list",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0.15 <= time.monotonic() - started < 0.6


def test_stop_closes_idle_connections_at_once() -> None:
    server = SandboxServer(accounts=1).start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as idle:
        idle.sendall(b"GET /_sandbox/style.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        started = time.monotonic()
        server.stop()
        assert idle.recv(1) == b""
        assert time.monotonic() - started < 1
    server.stop()


def test_only_loopback_and_a_taken_port(sandbox: SandboxServer) -> None:
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    with pytest.raises(OSError, match="in use"):
        SandboxServer(port=sandbox.port)
