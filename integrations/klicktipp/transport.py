"""Sending one request over a pooled connection: no retries, no redirects, no cookies, no surprises."""

import http.client
import os
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from . import timing
from .connections import POOLS, Exchange, current

MAX_ANSWER: Final = 32 * 1024 * 1024
_PIECE: Final = 16 * 1024


NO_TIME_LEFT: Final = "no time left"


class NotSent(Exception):
    """The request did not leave."""


class NoAnswer(Exception):
    """The request left, and no answer came."""


class Fault(Enum):
    """Why an answer has no body although its head arrived."""

    CUT = auto()
    """The connection broke, or time was up."""
    GARBLED = auto()
    """It is compressed in a way that cannot be undone."""
    TOO_LARGE = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `body` is None if there is a fault."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    fault: Fault | None = None


class Transport:
    """A pool of connections, for any number of threads and of `KlickTipp` objects of whatever accounts.

    pool_size: connections kept open towards one host; more are opened when needed, and closed after use
    proxy: URL of a proxy. The environment's proxies are not looked at
    ca_bundle: file of certificates to trust instead of the usual ones
    max_answer: bytes of the largest answer accepted, after decompression

    It stores and sends no cookies, so accounts cannot mix, and starts anew in a forked process.
    """

    def __init__(
        self,
        *,
        pool_size: int = 16,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self._pool_size = pool_size
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._verify = ca_bundle or True
        self._max_answer = max_answer
        self._opening = threading.Lock()
        self._open()

    def _open(self) -> None:
        session = _Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(pool_maxsize=self._pool_size, max_retries=urllib3.Retry(0, read=False))
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        self._session = session
        self._process = os.getpid()

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        timeout: tuple[float, float],
        deadline: float,
        largest: int = MAX_ANSWER,
    ) -> Answer:
        """Send a request and read its answer.

        timeout: seconds for connecting, and for each wait for a part of the answer
        deadline: when all has to be over, as `timing.now()` tells the time
        largest: bytes of the largest answer accepted, after decompression

        `NotSent` if the request did not leave, `NoAnswer` if it did and no status came back.
        """
        connect, read = timeout
        left = deadline - timing.now()
        if left <= 0:
            raise NotSent(NO_TIME_LEFT)
        if self._process != os.getpid():
            with self._opening:
                if self._process != os.getpid():
                    self._open()
        exchange = current.exchange = Exchange(deadline, read)
        try:
            response = self._session.send(
                _prepared(method, url, headers, body),
                stream=True,
                allow_redirects=False,
                timeout=(min(connect, left), min(read, left)),
                verify=self._verify,
                proxies=self._proxies,
            )
        except _FAILURES as error:
            if exchange.sent:
                raise NoAnswer("no answer") from error
            raise NotSent("no connection") from error
        return self._read(response, min(largest, self._max_answer))

    def _read(self, response: requests.Response, largest: int) -> Answer:
        status, headers = response.status_code, response.headers
        with response:
            try:
                body = _decoded(response, largest)
            except zlib.error:
                return Answer(status, headers, None, Fault.GARBLED)
            except _FAILURES:
                return Answer(status, headers, None, Fault.CUT)
        if len(body) > largest:
            return Answer(status, headers, None, Fault.TOO_LARGE)
        return Answer(status, headers, body)


def _decoded(response: requests.Response, largest: int) -> bytes:
    """The body, decompressed piece by piece: one byte above `largest` is enough to know that it is too large,
    and what follows the end of what is compressed is not read.

    `zlib.error` for what is compressed twice, otherwise than by gzip or deflate, or wrongly.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise zlib.error(f"unknown encoding: {encoding}")
    decompressor = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    body = bytearray()
    while len(body) <= largest and not (decompressor and decompressor.eof):
        piece = response.raw.read(_PIECE, decode_content=False)
        if not piece:
            break
        body += decompressor.decompress(piece, largest + 1 - len(body)) if decompressor else piece
        while decompressor and decompressor.unconsumed_tail and len(body) <= largest:
            body += decompressor.decompress(decompressor.unconsumed_tail, largest + 1 - len(body))
    if decompressor and not decompressor.eof and len(body) <= largest:
        raise zlib.error("the end is missing")
    return bytes(body)


_FAILURES: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: a redirect is an answer like any other. requests would read its body and follow it up."""


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _prepared(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.PreparedRequest:
    """A request as requests would prepare it, without looking into parts that are known to be right."""
    request = requests.PreparedRequest()
    request.method = method
    request.url = url
    request.headers = CaseInsensitiveDict(headers)
    if body is not None:
        request.headers["Content-Length"] = str(len(body))
    request.body = body
    request.hooks = {"response": []}
    return request
