from collections.abc import Iterator

import pytest

from integrations.sandbox.server import SandboxServer
from tests.sandbox.client import Api


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: SandboxServer) -> SandboxServer:
    """A running sandbox with three accounts, as new."""
    running_sandbox.control.reset()
    return running_sandbox


@pytest.fixture
def api(sandbox: SandboxServer) -> Api:
    return Api(sandbox)


@pytest.fixture
def german(sandbox: SandboxServer) -> Api:
    return Api(sandbox, 1)
