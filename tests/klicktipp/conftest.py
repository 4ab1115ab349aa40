"""A service, a client that talks to it, and no waiting."""

from collections.abc import Iterator

import pytest

from integrations.klicktipp import DeveloperKeyAuth, KlickTipp, timing

from .service import Service, serving


@pytest.fixture
def auth() -> DeveloperKeyAuth:
    return DeveloperKeyAuth("operator", "0123456789abcdef", "customer-key")


@pytest.fixture
def server() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.fixture
def api(server: Service, auth: DeveloperKeyAuth) -> KlickTipp:
    return KlickTipp(auth, base_url=server.url)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses the library would have made."""
    made: list[float] = []
    monkeypatch.setattr(timing, "sleep", made.append)
    return made
