"""Request bodies: JSON, form (nested names as PHP reads them) and multipart."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")
_DISPOSITION_NAME = re.compile(r';\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))', re.IGNORECASE)
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_MOST_VALUES = 5000
_DEEPEST = 5


class UnreadableBody(Exception):
    """The body cannot be read; carries the HTTP status (400 or 415) and what is wrong."""

    def __init__(self, problem: str, status: int = 400) -> None:
        super().__init__(problem)
        self.status = status


def kind(content_type: str, body: bytes) -> str | None:
    """ "json", "form", "multipart", "other", or None without a body. A body that names no type is guessed."""
    media = content_type.partition(";")[0].strip().lower()
    if media in ("application/json", "text/json") or media.endswith("+json"):
        return "json" if body else None
    if media == "application/x-www-form-urlencoded":
        return "form" if body else None
    if media == "multipart/form-data":
        return "multipart" if body else None
    if not body:
        return None
    if media:
        return "other"
    return "json" if body.lstrip()[:1] in (b"{", b"[") else "form"


def parse(content_type: str, body: bytes) -> dict[str, Any]:
    """The arguments in a body; nothing for an empty one. Raises UnreadableBody."""
    reading = kind(content_type, body)
    if reading is None or (reading == "json" and not body.strip()):
        return {}
    if reading == "json":
        return _json(body)
    if reading == "form":
        return nest(_form_pairs(body))
    if reading == "multipart":
        return nest(_multipart_pairs(content_type, body))
    raise UnreadableBody("Unsupported content type.", 415)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UnreadableBody("The request body is not valid JSON.") from None
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise UnreadableBody("The request body must be a JSON object.")
    return value


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UnreadableBody("The request body is not UTF-8.") from None


def _form_pairs(body: bytes) -> Iterator[tuple[str, str]]:
    for pair in body.split(b"&"):
        if pair:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            yield _utf8(unquote_to_bytes(name)), _utf8(unquote_to_bytes(value))


def _multipart_pairs(content_type: str, body: bytes) -> Iterator[tuple[str, str]]:
    found = _BOUNDARY.search(content_type)
    if not found:
        raise UnreadableBody("The multipart body names no boundary.")
    parts = (b"\r\n" + body).split(b"\r\n--" + (found[1] or found[2]).encode("latin-1"))
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise UnreadableBody("The multipart body is incomplete.")
    for part in parts[1:-1]:
        head, gap, value = part.lstrip(b" \t").partition(b"\r\n\r\n")
        name = _DISPOSITION_NAME.search(_utf8(head))
        if not gap or not name:
            raise UnreadableBody("A part of the multipart body has no name.")
        yield re.sub(r"\\(.)", r"\1", name[1]) if name[1] is not None else name[2], _utf8(value)


def nest(pairs: Iterator[tuple[str, str]]) -> dict[str, Any]:
    """Pairs as ``fields[fieldFirstName]=Ada``, ``tagids[0]=7`` and ``tagids[]=7`` in nested mappings.

    Of plain names given twice the last one counts. Raises UnreadableBody for more than 5,000 values or 5
    levels.
    """
    tree: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= _MOST_VALUES:
            raise UnreadableBody("The request body has too many values.")
        found = _NAME.fullmatch(name)
        steps = [found[1], *_STEP.findall(found[2])] if found else [name]
        if len(steps) > _DEEPEST:
            raise UnreadableBody("The request body is nested too deeply.")
        place = tree
        for step in steps[:-1]:
            step = step or str(len(place))
            inner = place.get(step)
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        place[steps[-1] or str(len(place))] = value
    return tree
