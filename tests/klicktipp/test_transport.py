"""What happens on the wire: connections, deadlines, and what is known when one of them ends."""

import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.klicktipp import (
    DeveloperKeyAuth,
    KlickTipp,
    KlickTippError,
    OutcomeUnknown,
    ServiceError,
    SessionAuth,
    Transport,
    Unreachable,
    connections,
)
from tests.turned_clock import TurnedClock

from .service import DRIPS_FOR, SILENT_FOR, Service, answer, drip, hang_up, say, serving, silence

TAG = answer({"tagid": "21", "name": "mytag", "text": ""})
LOGIN = {"sessid": "xyz123", "session_name": "SSESSabc", "account": {"uid": 1}}


def test_one_connection_serves_many_calls(api: KlickTipp, server: Service) -> None:
    server.will(TAG)

    for _ in range(5):
        api.get_tag(21)

    assert server.connections == 1


def test_a_connection_the_server_has_closed_meanwhile_is_not_used(api: KlickTipp, server: Service) -> None:
    server.will(say(TAG), answer([49]))
    api.get_tag(21)
    time.sleep(0.05)

    assert api.create_tag("new") == 49
    assert server.connections == 2


def test_a_request_the_system_did_not_take_was_never_sent(
    api: KlickTipp, server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_and_reset(connection: socket.socket) -> None:
        connection.sendall(TAG)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    server.will(answer_and_reset, answer([49]))
    api.get_tag(21)
    time.sleep(0.05)
    pooled = connections._Connection
    monkeypatch.setattr(pooled, "is_connected", property(lambda self: self.sock is not None))

    assert api.create_tag("new") == 49
    assert [request.method for request in server.received] == ["GET", "POST"]


def test_a_connection_that_was_idle_for_long_is_not_used(api: KlickTipp, server: Service, clock: TurnedClock) -> None:
    server.will(TAG)
    api.get_tag(21)
    clock.turn(connections.MAX_IDLE)

    api.get_tag(21)

    assert server.connections == 2


@pytest.mark.parametrize(
    "slowly",
    [
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 100), id="header lines"),
        pytest.param(drip(b"H"), id="status line"),
        pytest.param(
            lambda connection: drip(b" ")(
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n") or connection
            ),
            id="body",
        ),
        pytest.param(
            lambda connection: drip(b"1\r\n \r\n")(
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") or connection
            ),
            id="chunks",
        ),
        pytest.param(silence, id="silence"),
    ],
)
def test_an_answer_that_drips_is_cut_off_at_the_deadline(
    slowly, server: Service, auth: DeveloperKeyAuth, clock: TurnedClock
) -> None:
    server.will(slowly)
    api = KlickTipp(auth, base_url=server.url, deadline=0.3)
    began = clock.now()

    with pytest.raises(OutcomeUnknown) as raised:
        api.create_tag("new")

    assert clock.now() - began < DRIPS_FOR
    assert raised.value.happened == "unknown"


def test_the_time_out_ends_a_wait_before_the_deadline(server: Service, auth: DeveloperKeyAuth) -> None:
    server.will(silence)
    api = KlickTipp(auth, base_url=server.url, timeout=(1, 0.1))
    began = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        api.create_tag("new")

    assert time.monotonic() - began < SILENT_FOR


def test_the_budget_is_for_all_calls_together(server: Service, auth: DeveloperKeyAuth, clock: TurnedClock) -> None:
    server.will(TAG)
    api = KlickTipp(auth, base_url=server.url, budget=10)
    api.get_tag(21)
    clock.turn(10.1)

    with pytest.raises(Unreachable) as raised:
        api.get_tag(21)

    assert raised.value.happened == "no"
    assert len(server.received) == 1


def test_a_budget_ends_a_call_that_has_begun(server: Service, auth: DeveloperKeyAuth) -> None:
    server.will(silence)
    api = KlickTipp(auth, base_url=server.url, budget=0.1)
    began = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        api.get_tag(21)

    assert time.monotonic() - began < SILENT_FOR


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    "base_url",
    [
        pytest.param(f"http://127.0.0.1:{free_port()}", id="nobody listens"),
        pytest.param("http://nowhere.invalid", id="no such host"),
        pytest.param(f"http://{'x' * 70}.invalid", id="impossible host"),
    ],
)
def test_without_a_connection_nothing_was_sent(base_url: str, auth: DeveloperKeyAuth) -> None:
    with pytest.raises(Unreachable) as raised:
        KlickTipp(auth, base_url=base_url).create_tag("new")

    assert raised.value.happened == "no"


def test_a_failed_handshake_is_never_sent(server: Service, auth: DeveloperKeyAuth) -> None:
    server.will(say(b"this is not TLS"))

    with pytest.raises(Unreachable):
        KlickTipp(auth, base_url=server.url.replace("http", "https")).create_tag("new")


def test_a_handshake_without_end_is_cut_off_at_the_deadline(auth: DeveloperKeyAuth) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        api = KlickTipp(auth, base_url=f"https://127.0.0.1:{listener.getsockname()[1]}", deadline=0.2)
        began = time.monotonic()

        with pytest.raises(Unreachable):
            api.create_tag("new")

        assert time.monotonic() - began < SILENT_FOR


def test_a_proxy_that_refuses_is_never_sent(server: Service, auth: DeveloperKeyAuth) -> None:
    server.will(say(b"HTTP/1.1 403 Forbidden\r\n\r\n"))
    api = KlickTipp(auth, base_url="https://api.klicktipp.example", proxy=server.url)

    with pytest.raises(Unreachable):
        api.create_tag("new")

    assert {request.method for request in server.received} == {"CONNECT"}


def test_a_proxy_that_drips_is_cut_off_at_the_deadline(
    server: Service, auth: DeveloperKeyAuth, clock: TurnedClock
) -> None:
    server.will(drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100))
    api = KlickTipp(auth, base_url="https://api.klicktipp.example", proxy=server.url, deadline=0.3)
    began = clock.now()

    with pytest.raises(Unreachable):
        api.create_tag("new")

    assert clock.now() - began < DRIPS_FOR


def test_a_proxy_is_used(server: Service, auth: DeveloperKeyAuth) -> None:
    server.will(TAG)

    KlickTipp(auth, base_url="http://api.klicktipp.example", proxy=server.url).get_tag(21)

    assert server.received[0].path == "http://api.klicktipp.example/tag/21"


def test_the_environment_chooses_no_proxy(api: KlickTipp, server: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.will(TAG)

    assert api.get_tag(21).id == 21


@pytest.mark.parametrize(
    "half",
    [
        pytest.param(hang_up, id="nothing"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nContent-Le"), id="half a head"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n[4"), id="half a body"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[4"), id="half a chunk"),
        pytest.param(say(b"this is not HTTP\r\n\r\n"), id="no HTTP"),
    ],
)
def test_after_half_an_answer_the_outcome_is_unknown(half, api: KlickTipp, server: Service) -> None:
    server.will(half)

    with pytest.raises(OutcomeUnknown) as raised:
        api.create_tag("new")

    assert raised.value.happened == "unknown"
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, api: KlickTipp, server: Service) -> None:
    server.will(answer("", status=status, Location="http://elsewhere.invalid:badport/"))

    with pytest.raises(ServiceError) as raised:
        api.create_tag("new")

    assert (raised.value.status, raised.value.happened) == (status, "no")


def test_cookies_are_neither_kept_nor_mixed(server: Service) -> None:
    transport = Transport()
    server.will(
        answer(LOGIN, Set_Cookie="SSESSabc=other; path=/"),
        answer({}, Set_Cookie="tracking=1; path=/"),
        answer({}),
        answer({}),
    )
    api = KlickTipp(SessionAuth("user", "secret"), base_url=server.url, transport=transport)
    api.list_tags()
    api.list_tags()
    other = KlickTipp(DeveloperKeyAuth("operator", "00", "other customer"), base_url=server.url, transport=transport)
    other.list_tags()

    cookies = [request.headers.get("Cookie") for request in server.received]
    assert cookies == [None, "SSESSabc=xyz123", "SSESSabc=xyz123", None]
    assert server.connections == 1


def test_an_answer_may_be_compressed(api: KlickTipp, server: Service) -> None:
    server.will(answer(body=gzip.compress(b"[49]"), Content_Encoding="gzip"))

    assert api.create_tag("new") == 49


def test_a_wrongly_compressed_answer_cannot_be_read(api: KlickTipp, server: Service) -> None:
    server.will(answer(body=b"no gzip", Content_Encoding="gzip"))

    with pytest.raises(ServiceError) as raised:
        api.create_tag("new")

    assert raised.value.happened == "unknown"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_may_not_be_huge(encoding: str, server: Service, auth: DeveloperKeyAuth) -> None:
    body = b" " * 2_000_000 + b"{}"
    server.will(
        answer(body=gzip.compress(body) if encoding == "gzip" else body, Content_Encoding=encoding),
        answer({}),
    )
    api = KlickTipp(auth, base_url=server.url, transport=Transport(max_answer=1_000_000))

    with pytest.raises(ServiceError):
        api.list_tags()

    assert api.list_tags() == ()


def test_many_threads_share_a_client(api: KlickTipp, server: Service) -> None:
    server.will(TAG)
    found = []

    def work() -> None:
        found.extend(api.get_tag(21).id for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [21] * 80
    assert server.connections <= 8
    ids = {request.headers["X-Request-Id"] for request in server.received}
    assert len(ids) == 80


def test_accounts_share_connections(auth: DeveloperKeyAuth) -> None:
    transport = Transport()
    with serving() as server:
        server.will(TAG)
        for _ in range(3):
            KlickTipp(auth, base_url=server.url, transport=transport).get_tag(21)
        assert server.connections == 1
    transport.close()


@pytest.mark.parametrize("interim", [100, 102, 103])
def test_an_interim_answer_is_not_the_answer(interim: int, api: KlickTipp, server: Service) -> None:
    early = f"HTTP/1.1 {interim} Early\r\nLink: </x>\r\n\r\n".encode()
    server.will(early + TAG)

    assert [api.get_tag(21).id for _ in range(3)] == [21] * 3
    assert server.connections == 1


class TestOverTLS:
    @pytest.fixture
    def tls(self, tmp_path: Path) -> Iterator[tuple[Service, Transport]]:
        certificate = self_signed(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with serving(context) as service:
            yield service, Transport(ca_bundle=str(certificate))

    def test_calls_share_a_connection(self, tls: tuple[Service, Transport], auth: DeveloperKeyAuth) -> None:
        server, transport = tls
        server.will(TAG)
        api = KlickTipp(auth, base_url=server.url, transport=transport)

        assert [api.get_tag(21).id for _ in range(3)] == [21] * 3
        assert server.connections == 1

    def test_dripping_ends_at_the_deadline(
        self, tls: tuple[Service, Transport], auth: DeveloperKeyAuth, clock: TurnedClock
    ) -> None:
        server, transport = tls
        server.will(drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100))
        api = KlickTipp(auth, base_url=server.url, transport=transport, deadline=0.4)
        began = clock.now()

        with pytest.raises(OutcomeUnknown):
            api.create_tag("new")

        assert clock.now() - began < DRIPS_FOR

    def test_a_stranger_gets_nothing(self, tls: tuple[Service, Transport], auth: DeveloperKeyAuth) -> None:
        server, _ = tls

        with pytest.raises(Unreachable):
            KlickTipp(auth, base_url=server.url).create_tag("new")

        assert server.received == []


def test_a_body_nobody_takes_ends_at_the_deadline(tmp_path: Path, auth: DeveloperKeyAuth) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    over = threading.Event()

    def shake_hands_and_listen_no_more(listener: socket.socket) -> None:
        with context.wrap_socket(listener.accept()[0], server_side=True):
            over.wait(SILENT_FOR)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=shake_hands_and_listen_no_more, args=[listener], daemon=True).start()
        api = KlickTipp(
            auth,
            base_url=f"https://127.0.0.1:{listener.getsockname()[1]}",
            transport=Transport(ca_bundle=str(certificate)),
            deadline=0.5,
        )
        began = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            api.create_tag("x" * 20_000_000)

        assert time.monotonic() - began < SILENT_FOR
        over.set()


def self_signed(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_headers_that_cannot_be_parsed_are_not_logged(server: Service, caplog: pytest.LogCaptureFixture) -> None:
    server.will(say(answer(LOGIN).replace(b"Content-Type", b"\x1bSet-Cookie: SSESSabc=xyz123\r\nContent-Type")))
    api = KlickTipp(SessionAuth("alexexample-api", "correct horse"), base_url=server.url)

    with suppress(KlickTippError):
        api.login()

    assert server.received
    assert "xyz123" not in caplog.text
