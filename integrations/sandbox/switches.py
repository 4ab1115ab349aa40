"""Which of the forms that are seen of KlickTipp the sandbox answers in. All switches are off by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


class SwitchError(ValueError):
    """A switch cannot be set; the message says why."""


def _off(help_text: str) -> Any:
    return field(default=False, metadata={"help": help_text})


@dataclass
class Switches:
    """The switches; a test may turn those of a running sandbox by ``POST /_sandbox/switches``."""

    before_october_2026: bool = _off(
        "the service as it was: no data field types, pages, bulk or changed contacts (405), contacts listed as an "
        "object, no error_message, code 4 or 7 for an unknown contact to change, 409 for a taken tag name"
    )
    contacts_as_object: bool = _off('GET /subscriber answers {"subscribers": [...]}')
    unix_dates: bool = _off('dates of contacts are unix seconds, "0" for never')
    unknown_search_is_406: bool = _off("a search of an unknown address is code 7 instead of a 404")
    tag_in_use_is_code: bool = _off("deleting a tag in use is code 15 instead of a text")

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Turns the named switches, all or none. Raises SwitchError for an unknown name or no boolean."""
        for name, value in wanted.items():
            if name not in HELP:
                raise SwitchError(f'"{name}" is not known; known are {", ".join(HELP)}.')
            if not isinstance(value, bool):
                raise SwitchError(f'"{name}" must be true or false.')
        for name, value in wanted.items():
            setattr(self, name, value)


HELP: Mapping[str, str] = {switch.name: switch.metadata["help"] for switch in fields(Switches)}
"""What each switch does when it is on."""
