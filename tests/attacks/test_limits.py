"""Getting rid of the count of one's guesses, and using up somebody else's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client

from accounts.models import Membership
from tests.accounts.helpers import is_signed_in, sign_in
from tests.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db

TABLE = {
    "default": {"BACKEND": "ktportal.caches.DatabaseCache", "LOCATION": "portal_limits"},
    "lists": {"BACKEND": "ktportal.caches.DatabaseCache", "LOCATION": "portal_cache"},
}
REDIS = {
    name: {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/9",
        "KEY_PREFIX": f"attacks-{name}",
        "OPTIONS": {"serializer": "ktportal.caches.Json"},
    }
    for name in TABLE
}


@pytest.fixture(params=["table", "redis"])
def kept_where_production_keeps_them(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    settings.CACHES = TABLE if request.param == "table" else REDIS
    if request.param == "redis":
        try:
            caches["default"].get("anything")
        except Exception:
            pytest.skip("No Redis answers at 127.0.0.1:6379.")
    else:
        call_command("createcachetable", verbosity=0)
    yield
    for cache in caches.all(initialized_only=False):
        cache.clear()


def guess(number: int, email: str, **network: Any) -> str:
    data = {"login": email, "password": f"guess number {number}"}
    return Client().post("/accounts/login/", data, **network).content.decode()


@pytest.mark.usefixtures("kept_where_production_keeps_them")
def test_what_strangers_and_daily_work_keep_wipes_no_limit(owner: Membership) -> None:
    for number in range(5):
        guess(number, owner.user.email)

    for number in range(330):
        Client().get(f"/grants/never-begun-{number}/", REMOTE_ADDR=f"203.0.113.{number % 200}")
    for number in range(2000):
        caches["lists"].set(f"list-{number}", [1, 2, 3], 3600)

    assert "Too many failed login attempts" in guess(6, owner.user.email, REMOTE_ADDR="198.51.100.9")


@pytest.mark.usefixtures("kept_where_production_keeps_them")
def test_the_other_addresses_of_a_network_share_its_limit() -> None:
    """Whoever has a line has 2^72 addresses of IPv6, in 256 networks of /64."""
    answers = [
        guess(number, f"person-{number}@example.com", REMOTE_ADDR=f"2001:db8:1:2{number:02x}::{number:x}")
        for number in range(12)
    ]
    assert "Too many failed login attempts" in answers[-1]
    assert "Too many failed login attempts" not in guess(1, "else@example.com", REMOTE_ADDR="2001:db8:1:300::1")


@pytest.mark.usefixtures("kept_where_production_keeps_them")
def test_another_port_or_spelling_of_the_host_is_no_fresh_start(owner: Membership) -> None:
    hosts = [f"testserver:{port}" for port in range(1000, 1038)] + ["TESTSERVER", "testserver."]
    taken = [host for host in hosts if "email address and/or password" in guess(1, owner.user.email, HTTP_HOST=host)]
    assert taken == []

    for number in range(5):
        guess(number, owner.user.email, REMOTE_ADDR=f"192.0.2.{number}")
    assert "Too many failed login attempts" in guess(6, owner.user.email)


@pytest.mark.usefixtures("kept_where_production_keeps_them")
def test_a_stranger_locks_nobody_out(owner: Membership) -> None:
    home = Client()
    sign_in(home, owner.user.email)
    home.post("/accounts/logout/")
    for number in range(30):
        guess(number, owner.user.email, REMOTE_ADDR=f"192.0.2.{number}")

    sign_in(home, owner.user.email, "a typing mistake")
    sign_in(home, owner.user.email, PASSWORD)

    assert is_signed_in(home)


def test_strangers_in_the_same_network_lock_nobody_out(owner: Membership) -> None:
    """An office has one address of IPv4, and its guests have it, too."""
    home = Client()
    sign_in(home, owner.user.email)
    home.post("/accounts/logout/")
    for number in range(30):
        guess(number, f"nobody{number}@example.com")
    assert Client().post("/accounts/login/", {"login": owner.user.email, "password": PASSWORD}).status_code == 429

    sign_in(home, owner.user.email)

    assert is_signed_in(home)


def test_right_passwords_are_compared_twenty_times_a_minute(owner: Membership) -> None:
    """Each takes a processor for as long as a wrong one."""
    home = Client()
    sign_in(home, owner.user.email)
    answers = []
    for _ in range(21):
        home.post("/accounts/logout/")
        answers.append(sign_in(home, owner.user.email).status_code)
    assert answers == [302] * 20 + [429]


def test_a_device_has_attempts_of_its_own_and_no_more(owner: Membership) -> None:
    home = Client()
    sign_in(home, owner.user.email)
    home.post("/accounts/logout/")

    for number in range(5):
        sign_in(home, owner.user.email, f"guess number {number}")

    assert "Too many failed login attempts" in sign_in(home, owner.user.email).content.decode()


def test_a_device_is_known_for_those_who_have_signed_in_there_alone(owner: Membership) -> None:
    other = MembershipFactory()
    home = Client()
    sign_in(home, owner.user.email)
    home.post("/accounts/logout/")
    for number in range(5):
        guess(number, other.user.email)

    assert "Too many failed login attempts" in sign_in(home, other.user.email).content.decode()


def test_a_device_cannot_be_made_up(owner: Membership) -> None:
    stranger = Client()
    stranger.cookies["device"] = '{"name": "home", "people": ["all"]}'
    for number in range(5):
        guess(number, owner.user.email)

    assert "Too many failed login attempts" in sign_in(stranger, owner.user.email).content.decode()
