"""The time by which the library keeps its deadlines, and how it waits. Tests turn it."""

import time


def now() -> float:
    """Seconds since some moment; only differences mean something."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
