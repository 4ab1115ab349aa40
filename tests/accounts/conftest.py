from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> Iterator[None]:
    """allauth counts attempts in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The language of a test's last page would be the next test's."""
    with translation.override("en"):
        yield


@pytest.fixture
def other_browser() -> Client:
    return Client()
