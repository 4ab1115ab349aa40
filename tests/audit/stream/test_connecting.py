"""Only public addresses are connected to, and those alone that were checked."""

import socket
import time
from ipaddress import ip_address
from typing import Any

import pytest

from integrations.audit.stream import connecting
from integrations.audit.stream.errors import NotDelivered
from integrations.audit.stream.models import Problem
from tests.audit.stream.receiver import HOST

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808"]
NOT_PUBLIC = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
]


def test_addresses_of_the_internet_are_public_and_no_others() -> None:
    assert [address for address in PUBLIC if not connecting.is_public(ip_address(address))] == []
    assert [address for address in NOT_PUBLIC if connecting.is_public(ip_address(address))] == []


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are connected to; none of them answers."""
    tried: list[str] = []

    def create_connection(address: tuple[str, int], **_: Any) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    return tried


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the host have these addresses, others each time it is asked for; the names that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def problem() -> Problem:
    with pytest.raises(NotDelivered) as failed, connecting.connected(HOST, 443, time.monotonic() + 5):
        pass
    return failed.value.problem


def test_one_address_that_is_not_public_is_enough_for_none_to_be_tried(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    for address in NOT_PUBLIC:
        resolve_to(monkeypatch, ["93.184.216.34", address])
        assert problem() == Problem.PRIVATE, address
    assert tried == []


def test_a_name_that_changes_its_addresses_is_asked_for_once(monkeypatch: pytest.MonkeyPatch, tried: list[str]) -> None:
    asked = resolve_to(monkeypatch, ["93.184.216.34", "8.8.8.8"], ["127.0.0.1"])
    assert problem() == Problem.UNREACHABLE
    assert tried == ["93.184.216.34", "8.8.8.8"]
    assert asked == [HOST]


def test_hosts_that_the_operator_does_not_allow_are_not_even_looked_up(
    monkeypatch: pytest.MonkeyPatch, tried: list[str], settings: Any
) -> None:
    asked = resolve_to(monkeypatch, ["93.184.216.34"])
    for allowed in ([], ["example.com"], ["xlogs.example.com"]):
        settings.LOG_STREAM_HOSTS = allowed
        assert problem() == Problem.NOT_ALLOWED
    assert asked == tried == []


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, tried: list[str]) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    resolve_to(monkeypatch, ["93.184.216.34"])
    assert problem() == Problem.UNREACHABLE
    assert tried == ["93.184.216.34"]
