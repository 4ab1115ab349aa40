"""The sandbox as a server: sockets, threads, latency, faults and the way to the service.

with SandboxServer() as sandbox:
    requests.get(f"{sandbox.url}/list", headers=…)
"""

import contextlib
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self

from integrations.sandbox import routes, wire
from integrations.sandbox.control import PREFIX, Control
from integrations.sandbox.faults import Fault, FaultBox
from integrations.sandbox.requestlog import Entry, RequestLog
from integrations.sandbox.service import Service, json_response
from integrations.sandbox.store import Store
from integrations.sandbox.switches import Switches
from integrations.sandbox.wire import Request, Response

HOST = "127.0.0.1"
MOST_CONNECTIONS = 256
IDLE_SECONDS = 75
_DRAIN_BYTES = 8_000_000


class SandboxServer:
    """A KlickTipp service on loopback.

    ``port`` 0 takes a free one; ``latency_ms`` delays every API call; ``state`` is the path of the file
    that keeps data and credentials (none: they end with the process); ``operator_username``,
    ``developer_key`` (hex) and ``operator_account_id`` replace those of the state. ``log`` gets one line per
    call. ``switches`` say in which forms it answers, until they are turned. Raises OSError if the port is taken
    and StateError if the state or the developer key cannot be used.
    """

    def __init__(
        self,
        port: int = 0,
        latency_ms: int = 0,
        accounts: int = 3,
        state: str | os.PathLike[str] | None = None,
        operator_username: str | None = None,
        developer_key: str | None = None,
        log: Callable[[str], None] | None = None,
        operator_account_id: str | None = None,
        switches: Switches | None = None,
    ) -> None:
        self._listener = socket.create_server((HOST, port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        try:
            self.store = Store(accounts, state, operator_username, developer_key, operator_account_id)
        except BaseException:
            self._listener.close()
            raise
        self.log = RequestLog()
        self.faults = FaultBox()
        self.switches = switches or Switches()
        self.service = Service(self.store, self.switches)
        self.control = Control(self.store, self.log, self.faults, self.switches)
        self._latency = latency_ms / 1000
        self._print = log
        self._stopping = threading.Event()
        self._stopped = False
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._connections_lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> Self:
        """Serves in a background thread."""
        self._thread = threading.Thread(target=self._accept_on, name="sandbox", daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serves in this thread until ``shutdown`` is called, then stops as ``stop`` does."""
        try:
            self._accept_on()
        finally:
            self.stop()

    def shutdown(self) -> None:
        """Asks ``serve_forever`` to end; may be called by a signal handler."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"x")

    def stop(self) -> None:
        """Lets calls that are being handled finish, closes all connections and saves the state."""
        if self._stopped:
            return
        self._stopped = True
        self.shutdown()
        if self._thread:
            self._thread.join()
        self._listener.close()
        self._end_connections()
        self.store.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end_connections(self) -> None:
        with self._connections_lock:
            open_now = dict(self._connections)
        deadline = time.monotonic() + 1
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):
            for connection in open_now:
                with contextlib.suppress(OSError):
                    connection.shutdown(how)
            for thread in open_now.values():
                thread.join(max(0.0, deadline - time.monotonic()))
            deadline = time.monotonic() + 1

    def _accept_on(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                if self._stopping.is_set():
                    return
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    continue
                self._welcome(connection)

    def _welcome(self, connection: socket.socket) -> None:
        connection.settimeout(IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=self._serve, args=(connection,), name="sandbox-call", daemon=True)
        with self._connections_lock:
            if len(self._connections) >= MOST_CONNECTIONS:
                connection.close()
                return
            self._connections[connection] = thread
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        """All requests of one connection, one after the other."""
        stream = connection.makefile("rb")
        try:
            going_on = True
            while going_on and not self._stopping.is_set():
                going_on = self._next(stream, connection)
        except OSError:
            pass
        finally:
            with self._connections_lock:
                self._connections.pop(connection, None)
            with contextlib.suppress(OSError):
                stream.close()
            connection.close()

    def _next(self, stream: BinaryIO, connection: socket.socket) -> bool:
        """Answers the next request and says whether the connection goes on."""
        try:
            request = wire.read_request(stream, connection)
        except wire.Malformed as problem:
            self._refuse(problem, connection)
            return False
        if request is None:
            return False
        if _is_of_another_page(request):
            self._send(connection, request, json_response(403, ["Pages of other sites get no answer."]), False)
            return False
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            response = self.control.handle(request)
            self._send(connection, request, response, request.keep_alive)
            return request.keep_alive
        return self._call(request, connection)

    def _call(self, request: Request, connection: socket.socket) -> bool:
        """Handles one API call, with its latency and its fault if there is one. What a reset overtakes is not done."""
        entry, resets = self.log.add(request), self.store.resets
        path = routes.plain_path(request.path)
        fault = self.faults.take(request.method, path)
        if not self._pause(self._latency + (fault.delay_ms / 1000 if fault else 0)) or self.store.resets != resets:
            return False
        if fault is None:
            response, entry.account = self.service.handle(request, path)
            entry.handled = True
            self._answer(connection, request, response, entry, request.keep_alive)
            return request.keep_alive
        return self._call_with_fault(request, connection, path, entry, fault)

    def _call_with_fault(
        self, request: Request, connection: socket.socket, path: str, entry: Entry, fault: Fault
    ) -> bool:
        entry.fault = fault.number
        response = Response(200)
        if fault.acts:
            response, entry.account = self.service.handle(request, path)
            entry.handled = True
        if fault.close:
            self._report(entry)
            return False
        response = _changed(response, fault)
        if fault.cut is not None:
            whole = wire.head(response, False) + _sent_body(request, response)[: fault.cut]
            self._answer(connection, request, response, entry, False, whole)
            return False
        if fault.drip_ms is not None:
            self._drip(connection, request, response, entry, fault.drip_ms / 1000)
            return False
        self._answer(connection, request, response, entry, request.keep_alive)
        return request.keep_alive

    def _answer(
        self,
        connection: socket.socket,
        request: Request,
        response: Response,
        entry: Entry,
        keep_alive: bool,
        raw: bytes | None = None,
    ) -> None:
        """Sends an API answer; its status is on record before the client can have it."""
        entry.status = response.status
        try:
            if raw is None:
                self._send(connection, request, response, keep_alive)
            else:
                connection.sendall(raw)
        except OSError:
            entry.status = None
            raise
        finally:
            self._report(entry)

    def _drip(
        self, connection: socket.socket, request: Request, response: Response, entry: Entry, pause: float
    ) -> None:
        entry.status = response.status
        self._report(entry)
        whole = wire.head(response, False) + _sent_body(request, response)
        for position in range(len(whole)):
            if not self._pause(pause):
                break
            connection.sendall(whole[position : position + 1])

    def _refuse(self, problem: wire.Malformed, connection: socket.socket) -> None:
        """Answers a request that cannot be read, and reads on a little so that the answer arrives."""
        response = json_response(problem.status, [str(problem)])
        if problem.request and not problem.request.path.startswith(f"{PREFIX}/"):
            entry = self.log.add(problem.request)
            entry.status = problem.status
            self._report(entry)
        connection.sendall(wire.head(response, False) + response.body)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        read = 0
        while read < _DRAIN_BYTES and (found := len(connection.recv(65_536))):
            read += found

    def _send(self, connection: socket.socket, request: Request, response: Response, keep_alive: bool) -> None:
        connection.sendall(wire.head(response, keep_alive) + _sent_body(request, response))

    def _pause(self, seconds: float) -> bool:
        """Waits, and says whether to go on: False when the server stops."""
        return not self._stopping.wait(seconds) if seconds else True

    def _report(self, entry: Entry) -> None:
        if self._print:
            self._print(f"{entry.method} {entry.path.partition('?')[0]} {entry.status or 'closed'}")


def _changed(response: Response, fault: Fault) -> Response:
    """The answer with what the fault replaces."""
    if fault.replaces:
        body = (fault.body or "").encode()
        content_type = wire.JSON_TYPE if body.lstrip()[:1] in (b"", b"{", b"[", b'"') else wire.HTML_TYPE
        response = Response(fault.status or response.status, body, content_type)
    response.content_type = fault.content_type or response.content_type
    response.headers = response.headers + list(fault.headers.items())
    return response


def _sent_body(request: Request, response: Response) -> bytes:
    return response.body if request.method != "HEAD" and wire.has_body(response.status) else b""


def _is_of_another_page(request: Request) -> bool:
    """Whether a browser sends this for a page that is not the sandbox's own. A link or form may lead to its pages."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    is_visit = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    is_foreign_origin = origin is not None and origin != f"http://{request.headers.get('host')}"
    return not is_visit and (is_foreign_origin or site in ("cross-site", "same-site"))
