"""Reaches hosts that the operator allows, at public addresses alone, over TLS and within a time.

The name is resolved once, all its addresses are checked, and one of these is connected to: who rules over the name
cannot lead the connection elsewhere in between. TLS then checks that the host is the one that is named.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

from django.conf import settings

from integrations.audit.stream.errors import NotDelivered
from integrations.audit.stream.models import Problem

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_IPV4_BEHIND_NAT64 = IPv6Network("64:ff9b::/96")
_AT_ONCE = 64 * 1024


class TimedSocket:
    """A TLS connection in the form in which `http.client` uses one. All that is done with it ends at `deadline`,
    however slowly the other side takes or sends: then it raises `TimeoutError`."""

    def __init__(self, tls: ssl.SSLSocket, deadline: float) -> None:
        self._tls, self._deadline = tls, deadline

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._tls.settimeout(_left(self._deadline))
            rest = rest[self._tls.send(rest[:_AT_ONCE]) :]

    def recv_into(self, buffer: memoryview) -> int:
        self._tls.settimeout(_left(self._deadline))
        return self._tls.recv_into(buffer)

    def makefile(self, _mode: Literal["rb"]) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """Nothing: who has opened it closes it."""

    def end(self) -> None:
        """Say that this is all, and wait for the other side to end the connection in good order, which it does when it
        has read everything. What ends it without having read is told by `ConnectionError`."""
        self._tls.settimeout(_left(self._deadline))
        with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
            self._tls.unwrap()


class _Reading(io.RawIOBase):
    def __init__(self, line: TimedSocket) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a writable buffer, as io gives it
        return self._line.recv_into(buffer)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the internet: not of a private network, of this machine or link, of a group."""
    if isinstance(address, IPv6Address):
        if address in _IPV4_BEHIND_NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST or address.sixtofour or address.teredo:
            return False
    return address.is_global and not address.is_multicast


@contextmanager
def connected(host: str, port: int, deadline: float) -> Iterator[TimedSocket]:
    """A connection that ends with the block, and at `deadline` of `time.monotonic()`. Raises `NotDelivered`, also for
    what goes wrong within the block."""
    if host not in settings.LOG_STREAM_HOSTS:
        raise NotDelivered(Problem.NOT_ALLOWED)
    plain = _connect(_public_addresses(host, port), port, deadline)
    try:
        with _secured(plain, host, deadline) as tls:
            yield TimedSocket(tls, deadline)
    except TimeoutError:
        raise NotDelivered(Problem.TIME) from None
    except OSError:
        raise NotDelivered(Problem.CUT_OFF) from None
    finally:
        plain.close()


def _public_addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotDelivered(Problem.UNKNOWN_HOST) from None
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not all(is_public(ip_address(address)) for address in addresses):
        raise NotDelivered(Problem.PRIVATE)
    return addresses


def _connect(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first of them that answers."""
    problem = Problem.UNREACHABLE
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_left(deadline))
        except TimeoutError:
            problem = Problem.TIME
        except OSError:
            problem = Problem.UNREACHABLE
    raise NotDelivered(problem)


def _secured(plain: socket.socket, host: str, deadline: float) -> ssl.SSLSocket:
    plain.settimeout(_left(deadline))
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError:
        raise NotDelivered(Problem.CERTIFICATE) from None
    except ssl.SSLError:
        raise NotDelivered(Problem.NO_TLS) from None


def _left(deadline: float) -> float:
    """The seconds until then. Raises `TimeoutError` where there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
