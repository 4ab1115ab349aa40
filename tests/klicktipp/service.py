"""A service on a real socket that answers as it is told, well or badly."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from integrations.klicktipp import timing

Reply = bytes | Callable[[socket.socket], None]
"""The bytes of an answer, or what to do with the connection instead; which is closed afterwards."""


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Service:
    """Answers with the replies in their order, and with the last one for ever."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    decide: Callable[[Received], Reply] | None = None

    def will(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def will_decide(self, decide: Callable[[Received], Reply]) -> None:
        """Answer each request by what it is."""
        self.decide = decide

    def reply_to(self, request: Received) -> Reply:
        if self.decide:
            return self.decide(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def answer(content: Any = None, status: int = 200, body: bytes | None = None, **headers: str) -> bytes:
    """An answer with JSON content, or with this very body."""
    if body is None:
        body = json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} Answer", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def hang_up(connection: socket.socket) -> None:
    """Close without a word."""


def say(data: bytes) -> Callable[[socket.socket], None]:
    """Say this, then close."""
    return lambda connection: connection.sendall(data)


DRIPS_FOR = 50.0
"""Seconds on the client's clock until a dripping answer has ended by itself."""

SILENT_FOR = 5.0
"""Seconds until a silent service hangs up."""


def drip(data: bytes) -> Callable[[socket.socket], None]:
    """Say this, byte by byte, then start over with its last byte. After each byte the turned clock goes on."""

    def reply(connection: socket.socket) -> None:
        for at in range(1000):
            connection.sendall(data[at : at + 1] or data[-1:])
            timing.sleep(DRIPS_FOR / 1000)
            time.sleep(0.001)

    return reply


def silence(connection: socket.socket) -> None:
    """Say nothing until the client has gone."""
    connection.settimeout(SILENT_FOR)
    connection.recv(1)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    """A service that listens while the context lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "https" if tls else "http"
        service = Service(url=f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=[listener, service, tls], daemon=True).start()
        try:
            yield service
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, service: Service, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        service.connections += 1
        threading.Thread(target=_serve, args=[connection, service, tls], daemon=True).start()


def _serve(connection: socket.socket, service: Service, tls: ssl.SSLContext | None) -> None:
    try:
        if tls:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                request = _received(line, stream)
                service.received.append(request)
                reply = service.reply_to(request)
                if not isinstance(reply, bytes):
                    reply(connection)
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(reply)
    except (OSError, ValueError):  # the client has gone, or speaks TLS
        pass


def _received(line: bytes, stream: Any) -> Received:
    method, target, _ = line.decode("latin-1").split()
    headers = {}
    while line := stream.readline().strip():
        name, value = line.decode("latin-1").split(": ", 1)
        headers[name] = value
    path, _, query = target.partition("?")
    return Received(method, path, query, headers, stream.read(int(headers.get("Content-Length", 0))))
