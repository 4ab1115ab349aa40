"""Stand-ins for systems that logs are sent to: real TLS servers on this machine, with certificates of an own CA."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "logs.example.com"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Talk = Callable[[ssl.SSLSocket], None]
Reply = bytes | Talk


def make_certificates(folder: Path, name: str = HOST) -> tuple[Path, Path]:
    """A CA, and a certificate of its for a host with the key: the paths of both."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("A CA of the tests", ca_key, "A CA of the tests", ca_key, is_ca=True)
    host = _certificate(name, key, "A CA of the tests", ca_key, is_ca=False)
    (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(host.public_bytes(Encoding.PEM) + secret)
    return folder / "ca.pem", folder / f"{name}.pem"


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: str, by_key: ec.EllipticCurvePrivateKey, *, is_ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False)
    )
    if not is_ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(by_key, SHA256())


@contextmanager
def serving(talk: Talk, certificate: Path) -> Iterator[int]:
    """The port at which each connection is talked to over TLS; all of them end with the block."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def accept() -> None:
        while not is_over.is_set():
            with suppress(OSError):
                plain, _address = listening.accept()
                threading.Thread(target=talk_to, args=[plain], daemon=True).start()

    def talk_to(plain: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(plain, server_side=True) as tls:
            talk(tls)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        is_over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


@dataclass
class Collector:
    """Takes JSON Lines by HTTPS. Answers with the replies in their order, and then that all is well."""

    port: int = 0
    replies: list[Reply] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All that has come, also what was not accepted."""
        return [json.loads(line) for body in self.bodies for line in body.splitlines()]

    @property
    def numbers(self) -> list[int]:
        return [line["number"] for line in self.lines]

    def talk(self, tls: ssl.SSLSocket) -> None:
        stream = tls.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.readline()
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        self.heads.append(head.decode())
        self.bodies.append(stream.read(length).decode())
        reply = self.replies.pop(0) if self.replies else OK
        if callable(reply):
            reply(tls)
        else:
            tls.sendall(reply)


@dataclass
class SyslogReceiver:
    """Takes octet-counted frames of syslog, and ends a connection as it should, or as it is told instead."""

    port: int = 0
    frames: list[str] = field(default_factory=list)
    endings: list[Talk] = field(default_factory=list)

    def talk(self, tls: ssl.SSLSocket) -> None:
        received = b""
        if self.endings:
            self.endings.pop(0)(tls)
            return
        while part := tls.recv(65536):
            received += part
        while received:
            length, _, rest = received.partition(b" ")
            self.frames.append(rest[: int(length)].decode())
            received = rest[int(length) :]
        tls.unwrap()
