"""Times as people read them; how a language writes them is in `ktportal/formats`."""

from datetime import datetime

LONG_TIME: str = "LONG_TIME_FORMAT"
"""The name of the format of a time with its seconds."""


def zone(moment: datetime) -> str:
    """The offset of a moment with a zone: `UTC+01:00`."""
    offset = f"{moment:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"
