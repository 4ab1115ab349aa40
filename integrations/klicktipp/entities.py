"""HTML entities, with which the service can store names and texts."""

import html
import re
from html.entities import html5
from typing import Final

_ENTITY: Final = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def decoded(text: str) -> str:
    """A text as people read it: its entities decoded once. Only those that end in a semicolon are: `&copy=1` is a part
    of a web address."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    return html.unescape(entity[0]) if name.startswith("#") else html5.get(f"{name};", entity[0])
