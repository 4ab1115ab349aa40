import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Membership, Team
from integrations.audit.stream import connecting, services
from integrations.audit.stream.models import Destination, Way
from integrations.audit.stream.services import Chosen
from tests.audit.stream.receiver import HOST, Collector, SyslogReceiver, make_certificates, serving
from tests.factories import actor

TOKEN = "collector-token-4711"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, certificates: tuple[Path, Path]) -> None:
    """The host is this machine, which counts as public, and its certificate is of a CA that the machine trusts."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == HOST else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(connecting, "is_public", lambda address: True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))


@pytest.fixture
def collector(at_home: None, certificates: tuple[Path, Path]) -> Iterator[Collector]:
    collector = Collector()
    with serving(collector.talk, certificates[1]) as collector.port:
        yield collector


@pytest.fixture
def syslog(at_home: None, certificates: tuple[Path, Path]) -> Iterator[SyslogReceiver]:
    receiver = SyslogReceiver()
    with serving(receiver.talk, certificates[1]) as receiver.port:
        yield receiver


def by_https(team: Team, port: int = 443, target: str = "/ingest", token: str = TOKEN) -> Destination:
    services.set_destination(team, Chosen(Way.HTTPS, HOST, port, target, token), actor())
    return Destination.objects.get(team=team)


def by_syslog(team: Team, port: int = 6514) -> Destination:
    services.set_destination(team, Chosen(Way.SYSLOG, HOST, port, "", ""), actor())
    return Destination.objects.get(team=team)


@pytest.fixture
def destination(owner: Membership, collector: Collector) -> Destination:
    """The collector, as the destination of the owner's team; that it was set is the log's first entry."""
    return by_https(owner.team, collector.port)
