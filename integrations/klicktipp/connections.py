"""Connections that keep a deadline, and that know whether a request has left.

urllib3's time-outs start anew with every byte that arrives, so an answer that drips never ends. Here every
wait on a socket gets only what is left until the deadline: connecting, sending, and each single read of a
status line, a header or a body. Only the look-up of a host name is left to the system's resolver.
"""

import http.client
import io
import logging
import socket
import threading
from typing import Any, Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import allowed_gai_family

from . import timing

MAX_IDLE: Final = 4.0
"""Seconds a connection may have been idle and still be used.

Servers close idle connections, many after five seconds. A request that crosses with such a closing is lost,
and nobody can tell it from one that was carried out; a connection that is younger than that does not meet it.
"""


_PIECE: Final = 16 * 1024
"""Bytes of a body to send at once: TLS counts a time-out anew for every record, which is as large."""

logging.getLogger("urllib3.connection").addFilter(lambda record: "parse headers" not in str(record.msg))
"""urllib3 would log headers that it cannot parse, and a session id can be among them."""


class Exchange:
    """One request and its answer, on whichever connection.

    deadline: as `timing.now()` tells the time
    patience: seconds for each wait of it
    sent: whether the service may have the request: its head was handed over to the system
    """

    __slots__ = ("deadline", "patience", "sent")

    def __init__(self, deadline: float, patience: float) -> None:
        self.deadline = deadline
        self.patience = patience
        self.sent = False

    def seconds_left(self, patience: float | None = None) -> float:
        """How long the next wait may be. TimeoutError when the deadline has come."""
        left = self.deadline - timing.now()
        if left <= 0:
            raise TimeoutError("deadline passed")
        return min(left, self.patience if patience is None else patience)


class _Current(threading.local):
    """The exchange a thread is busy with. requests has no place to hand it through to the connection."""

    exchange: Exchange


current = _Current()


class _Reader(io.RawIOBase):
    """Reads from a socket and shrinks its time-out before every read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, exchange: Exchange) -> None:
        self._raw = raw
        self._sock = sock
        self._exchange = exchange
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._exchange.seconds_left())
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        buffered: Any = self.fp
        self._reader = _Reader(buffered.detach(), sock, current.exchange)
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        """Read the head of the answer.

        http.client takes a head that is cut off for a whole one, and an interim answer (1xx) for the final one:
        the next request on this connection would then get the answer to this one.
        """
        super().begin()
        while 100 <= self.status < 200:
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()
        if self._reader.ended:
            raise http.client.RemoteDisconnected("the head was cut off")


class _Connection(HTTPConnection):
    response_class = _Response
    _established = False
    _idle_since = 0.0

    @property
    def is_connected(self) -> bool:
        return timing.now() - self._idle_since < MAX_IDLE and super().is_connected

    def connect(self) -> None:
        self._established = False
        super().connect()
        self._established = True

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers. Each gets what is left, not a time-out anew."""
        failure = OSError("the name has no address")
        host = self._dns_host.strip("[]")
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, self.port, allowed_gai_family(), socket.SOCK_STREAM
        ):
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(current.exchange.seconds_left(self.timeout))
                sock.connect(address)
                sock.settimeout(current.exchange.seconds_left(self.timeout))
            except OSError as error:
                sock.close()
                failure = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise failure

    def send(self, data: Any) -> None:
        """Send a part of the request; the first is its whole head.

        If the system did not take all of the head, the service cannot have a request.
        """
        if self.sock is None:
            self.connect()
        exchange = current.exchange
        if not self._established:
            super().send(data)
            return
        if exchange.sent:
            for start in range(0, len(data), _PIECE):
                self.sock.settimeout(exchange.seconds_left(self.timeout))
                super().send(data[start : start + _PIECE])
            return
        exchange.sent = True
        try:
            super().send(data)
        except OSError:
            exchange.sent = False
            raise

    def getresponse(self) -> Any:
        response = super().getresponse()
        self._idle_since = timing.now()
        return response


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS: Final[dict[str, type[HTTPConnectionPool]]] = {"http": _Pool, "https": _SecurePool}
"""The pools to give to a urllib3 `PoolManager`, by scheme."""
