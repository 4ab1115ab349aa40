"""Messages on pages whose words depend on what came of something."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Alert:
    """A message for `parts/alert.html`: what happened, and what to do now."""

    level: str
    title: str
    text: str = ""
