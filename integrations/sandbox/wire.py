"""HTTP/1.x: reading a request from a connection and the bytes of an answer."""

import re
import socket
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import unquote

MAX_BODY = 1_000_000
_MAX_LINE = 16_384
_MAX_HEADERS = 100
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VERSION = re.compile(r"HTTP/([0-9])\.([0-9])")
_SLASHES = re.compile(r"/{2,}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass
class Request:
    """A request: ``target`` as received, ``path`` decoded, ``query`` raw, header names in lower case."""

    method: str
    target: str
    path: str
    query: str
    headers: dict[str, str]
    keep_alive: bool
    body: bytes = b""


@dataclass
class Response:
    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: list[tuple[str, str]] = field(default_factory=list)


class Malformed(Exception):
    """The request cannot be read; the connection is of no further use. ``request`` is what is known of it."""

    def __init__(self, status: int, problem: str, request: Request | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.request = request


def read_request(stream: BinaryIO, connection: socket.socket) -> Request | None:
    """The next request of a connection, or None when the client is done.

    Answers ``Expect: 100-continue``. Raises Malformed, and OSError when the connection breaks.
    """
    line = stream.readline(_MAX_LINE + 1)
    if line in (b"\r\n", b"\n"):
        line = stream.readline(_MAX_LINE + 1)
    if not line:
        return None
    if len(line) > _MAX_LINE:
        raise Malformed(414, "The address is too long.")
    method, target, version = _request_line(line)
    headers = _headers(stream)
    wishes = headers.get("connection", "").lower()
    keep_alive = "close" not in wishes if version else "keep-alive" in wishes
    if version and "host" not in headers:
        raise Malformed(400, "The Host header is missing.")
    path, _, query = target.partition("?")
    try:
        path = _SLASHES.sub("/", unquote(path, errors="strict"))
    except UnicodeDecodeError:
        raise Malformed(400, "The path is not UTF-8.") from None
    request = Request(method, target, path, query, headers, keep_alive)
    _read_body(request, stream, connection, bool(version))
    return request


def _request_line(line: bytes) -> tuple[str, str, int]:
    """Method, target in origin form and the minor version."""
    words = line.decode("latin-1").rstrip("\r\n").split(" ")
    if len(words) != 3:
        raise Malformed(400, "The request line is malformed.")
    method, target, protocol = words
    version = _VERSION.fullmatch(protocol)
    if not version or not _TOKEN.fullmatch(method):
        raise Malformed(400, "The request line is malformed.")
    if version[1] != "1":
        raise Malformed(505, "Only HTTP/1.x is spoken here.")
    if target.lower().startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    if not (target.startswith("/") or target == "*"):
        raise Malformed(400, "The request line is malformed.")
    return method, target, int(version[2])


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAX_HEADERS + 1):
        line = stream.readline(_MAX_LINE + 1)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if len(line) > _MAX_LINE:
            raise Malformed(431, "A header is too long.")
        if not line.endswith(b"\n") or not colon or not _TOKEN.fullmatch(name):
            raise Malformed(400, "A header is malformed.")
        name, value = name.lower(), value.strip()
        if name not in headers:
            headers[name] = value
        elif name == "content-length" and headers[name] != value:
            raise Malformed(400, "Two lengths are given.")
        elif name != "content-length":
            headers[name] += ("; " if name == "cookie" else ", ") + value
    raise Malformed(431, "There are too many headers.")


def _read_body(request: Request, stream: BinaryIO, connection: socket.socket, modern: bool) -> None:
    headers = request.headers
    encoding = headers.get("transfer-encoding")
    length = headers.get("content-length", "0")
    if encoding is not None and (encoding.lower() != "chunked" or "content-length" in headers):
        raise Malformed(501, "This transfer encoding is not known.", request)
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise Malformed(400, "The length is not a number.", request)
    if int(length) > MAX_BODY:
        raise Malformed(413, "The request is too large.", request)
    expectation = headers.get("expect", "").lower()
    if expectation and expectation != "100-continue":
        raise Malformed(417, "This expectation is not known.", request)
    if expectation and modern and (encoding or length != "0"):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if encoding:
        request.body = _chunks(request, stream)
    elif length != "0":
        request.body = stream.read(int(length))
        if len(request.body) < int(length):
            raise OSError("The request ended early.")


def _chunks(request: Request, stream: BinaryIO) -> bytes:
    body = bytearray()
    while True:
        found = _CHUNK_SIZE.fullmatch(stream.readline(_MAX_LINE).rstrip(b"\r\n"))
        if not found:
            raise Malformed(400, "A chunk is malformed.", request)
        size = int(found[1], 16)
        if size == 0:
            break
        if len(body) + size > MAX_BODY:
            raise Malformed(413, "The request is too large.", request)
        body += stream.read(size)
        if stream.readline(3).rstrip(b"\r\n"):
            raise Malformed(400, "A chunk is malformed.", request)
    for _ in range(_MAX_HEADERS):
        if stream.readline(_MAX_LINE) in (b"\r\n", b"\n", b""):
            return bytes(body)
    raise Malformed(431, "There are too many trailers.", request)


def head(response: Response, keep_alive: bool) -> bytes:
    """Status line and headers of an answer, with the length of its whole body."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Status"
    lines = [
        f"HTTP/1.1 {response.status} {phrase}",
        f"Date: {formatdate(usegmt=True)}",
        "Server: klicktipp-sandbox",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    if has_body(response.status):
        lines.append(f"Content-Type: {response.content_type}")
        lines.append(f"Content-Length: {len(response.body)}")
    lines += [f"{name}: {value}" for name, value in response.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def has_body(status: int) -> bool:
    """Whether HTTP allows an answer with this status a body."""
    return status not in (204, 304)
