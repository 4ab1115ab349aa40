"""What the log keeps of requests and answers: what the operation's row allows, and of errors what they mean.

Ids, codes, statuses, counts and the names of tags and data fields are kept; values of contacts never are.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from integrations.klicktipp import KlickTippError, Rejected
from integrations.messages import problem_in_words
from integrations.operations import OPERATIONS

_ADDRESS = re.compile(r"""(?:"[^"]*"|[^\s@<>()\[\]"',;]+)@[^\s@<>()\[\]"',;]+""")
_NUMBER = re.compile(r"\+?\d[\d\s/()._-]{3,}\d")
_LONGEST_TEXT = 200
_LONGEST_READ = 2_000
_LONGEST_NAMES = 2_000
"""Bytes of JSON, in which a character can take twelve."""
_SHORTEST_NAME = 20
_HIDDEN = "•••"


def scrub(text: str, values: Iterable[str] = ()) -> str:
    """Text of the service without addresses, longer numbers and the given values of a contact, however spelled."""
    text = unquote(text[:_LONGEST_READ])
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        if value and len(value) <= len(text):
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", _HIDDEN, text, flags=re.IGNORECASE)
    return _NUMBER.sub(_HIDDEN, _ADDRESS.sub(_HIDDEN, text))[:_LONGEST_TEXT]


def kept_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What completes an action's sentence, ready for JSON. Each entry of the action has it, so the names in a list are
    cut where together they are very long."""
    return {name: _short(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _short(things: list[Any]) -> list[Any]:
    named = [thing for thing in things if isinstance(thing, Mapping) and thing.get("name")]
    length = sum(len(json.dumps(thing["name"])) for thing in named)
    if length <= _LONGEST_NAMES:
        return things
    characters = sum(len(thing["name"]) for thing in named)
    longest = max(_LONGEST_NAMES * characters // length // len(named), _SHORTEST_NAME)
    return [_cut(thing, longest) if isinstance(thing, Mapping) else thing for thing in things]


def _cut(thing: Mapping[str, Any], longest: int) -> dict[str, Any]:
    name = thing.get("name", "")
    return {**thing, "name": name if len(name) <= longest else f"{name[: longest - 1]}…"}


def kept_request(operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of a call's arguments, ready for JSON."""
    given = {name: arguments[name] for name in OPERATIONS[operation].kept_arguments if arguments.get(name) is not None}
    return {name: _kept(value) for name, value in given.items() if value != {}}


def _kept(argument: Any) -> Any:
    if isinstance(argument, Mapping):
        return sorted(argument)
    return list(argument) if isinstance(argument, tuple | set) else argument


def kept_answer(operation: str, result: Any) -> dict[str, Any]:
    """What the log keeps of a successful answer, ready for JSON."""
    return {} if result is None else OPERATIONS[operation].kept_answer(result)


def kept_error(error: KlickTippError, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of a failure: what it means, the data field's name, and the service's own words, scrubbed."""
    kept: dict[str, Any] = {"problem": str(problem_in_words(error))}
    if isinstance(error, Rejected) and error.name:
        kept["field"] = error.name
    values = _contact_data(arguments) | ({error.value} if error.value else set())
    for name in ("reason", "message"):
        if text := getattr(error, name):
            kept[name] = scrub(text, values)
    return kept


def _contact_data(arguments: Mapping[str, Any]) -> set[str]:
    """The values in a call's arguments that are about a person."""
    fields = arguments.get("fields") or {}
    given = [arguments.get(name) for name in ("email", "new_email", "sms_number", "new_sms_number", "contact_id")]
    return {str(value) for value in (*given, *fields.values()) if value}
