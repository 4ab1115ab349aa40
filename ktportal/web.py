"""The web process: `python -m ktportal.web`.

waitress reads a request whole before a thread takes it and keeps an answer until its reader has it, so slow clients
hold no thread. What is added: a time within which a request has to be there, an end that waits for what is under way,
and `WEB_CONCURRENCY` processes that share the port.
"""

import gc
import os
import re
import resource
import signal
import socket
import sys
import time
from collections import deque
from types import FrameType
from typing import Any, Final

from waitress import parser, rfc7230
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import loop

LARGEST_BODY: Final = 3 * 1024 * 1024
"""Bytes. Larger ones are refused before they are read; `DATA_UPLOAD_MAX_MEMORY_SIZE` is a little less."""
LARGEST_HEAD: Final = 16 * 1024
"""Bytes of a request's line and headers together."""
READING_SECONDS: Final = 30
"""From a request's first byte to its last."""
ANSWERING_SECONDS: Final = 300
"""From the moment when an answer is written until it has been read; writing a long one may take longer."""
IDLE_SECONDS: Final = 60
ENDING_SECONDS: Final = 25
"""What is under way when the process is told to end may go on for so long."""
_RESERVED_FILES: Final = 200
_KEPT_IN_MEMORY = 64 * 1024
"""Bytes of a body that has not arrived whole yet; what is more waits in a file."""
"""File descriptors for everything that is no client's connection."""
_MOST_DEATHS, _DEATHS_SECONDS = 3, 60.0


parser.HEADER_FIELD_RE = re.compile(rfc7230.HEADER_FIELD_RE.pattern.replace(b":[ \t]{0,}?", b":[ \t]*+"))
"""As waitress reads a header, but without trying out every part of the blanks before its value."""


class Channel(HTTPChannel):
    began = answered = 0.0

    def received(self, data: bytes) -> bool:
        """One request at a time: what is sent behind it before its answer is dropped. For a queue of answers a thread
        would wait for their reader."""
        if self.request is None:
            self.began = time.time()
        is_open = bool(super().received(data))
        with self.requests_lock:
            if len(self.requests) > 1:
                del self.requests[1:]
                self.requests[0].headers["CONNECTION"] = "close"
        return is_open

    def service(self) -> None:
        super().service()
        self.answered = time.time()


class Server(TcpWSGIServer):
    channel_class = Channel
    is_ending = False

    def maintenance(self, now: float) -> None:
        """Close connections that have been idle for long, or whose request or answer does not come to an end."""
        for channel in self.active_channels.values():
            is_idle = channel.last_activity < now - IDLE_SECONDS
            is_slow = channel.request is not None and channel.began < now - READING_SECONDS
            is_unread = channel.total_outbufs_len and channel.answered < now - ANSWERING_SECONDS
            if not channel.requests and (is_idle or is_slow or is_unread):
                channel.will_close = True

    def run(self) -> None:
        """Serve until `end` is called, then let what is under way come to its end."""
        while not self.is_ending:
            loop(timeout=1, map=self._map, count=1, use_poll=True)
        self.accepting = False
        until = time.monotonic() + ENDING_SECONDS
        while time.monotonic() < until and any(map(_is_busy, self.active_channels.values())):
            loop(timeout=0.1, map=self._map, count=1, use_poll=True)
        self.task_dispatcher.shutdown(timeout=1)

    def end(self, *_: Any) -> None:
        self.is_ending = True
        self.pull_trigger()


def _is_busy(channel: Channel) -> bool:
    return bool(channel.requests or channel.total_outbufs_len)


def listen(host: str, port: int) -> socket.socket:
    """The socket that all processes accept connections from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def serve(listener: socket.socket, threads: int) -> None:
    """Answer requests with the portal until the process is told to end."""
    from django.urls import get_resolver

    from ktportal.wsgi import application

    _ = get_resolver().url_patterns  # loads all views, so that no request waits for them
    gc.freeze()  # what stays for good is not looked through again: a pause of 50 ms in some requests
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = min(most_files, 8192) if most_files != resource.RLIM_INFINITY else 8192
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most_files))
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    server = Server(
        application,
        map={},
        _sock=listener,
        dispatcher=dispatcher,
        bind_socket=False,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        adj=Adjustments(
            sockets=[listener],
            threads=threads,
            ident="",
            cleanup_interval=2,
            connection_limit=(files - _RESERVED_FILES) // 2,  # an answer may hold a file besides its connection
            max_request_body_size=LARGEST_BODY,
            max_request_header_size=LARGEST_HEAD,
            inbuf_overflow=_KEPT_IN_MEMORY,
            outbuf_high_watermark=sys.maxsize,  # no thread waits for a reader: what is not read goes to a file
            # which proxies are trusted with what is decided by the portal's settings
            clear_untrusted_proxy_headers=False,
        ),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.end)
    server.run()


class Family:
    """The process that starts the others and replaces those that die."""

    def __init__(self, listener: socket.socket, size: int, threads: int) -> None:
        self._listener, self._size, self._threads = listener, size, threads
        self._children: set[int] = set()
        self._deaths: deque[float] = deque(maxlen=_MOST_DEATHS + 1)
        self._is_ending = False

    def run(self) -> int:
        """Returns the exit status: 1 if processes died too often."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while True:
            while not self._is_ending and len(self._children) < self._size:
                self._start()
            try:
                died, _ = os.wait()
            except ChildProcessError:
                return 1 if len(self._deaths) > _MOST_DEATHS else 0
            self._children.discard(died)
            if not self._is_ending:
                self._deaths.append(time.monotonic())
                sys.stderr.write(f"Web process {died} ended by itself.\n")
                if len(self._deaths) > _MOST_DEATHS and self._deaths[-1] - self._deaths[0] < _DEATHS_SECONDS:
                    self._end(signal.SIGTERM, None)

    def _start(self) -> None:
        child = os.fork()
        if not child:
            status = 1
            try:
                serve(self._listener, self._threads)
                status = 0
            finally:
                os._exit(status)
        self._children.add(child)

    def _end(self, number: int, _: FrameType | None) -> None:
        self._is_ending = True
        for child in self._children:
            os.kill(child, signal.SIGTERM)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ktportal.settings")
    from django.conf import settings

    listener = listen(settings.LISTEN, settings.PORT)
    if settings.WEB_CONCURRENCY == 1:
        serve(listener, settings.WEB_THREADS)
        return 0
    return Family(listener, settings.WEB_CONCURRENCY, settings.WEB_THREADS).run()


if __name__ == "__main__":
    sys.exit(main())
