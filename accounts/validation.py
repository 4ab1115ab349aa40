import re
import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DIRECTION_CONTROLS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the direction of a text, so that it reads as something else than it is."""


def no_control_characters(text: str) -> None:
    """Refuses characters that nobody sees or types, such as those a broken export leaves behind."""
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in DIRECTION_CONTROLS for char in text):
        raise ValidationError(_("This contains control characters. Please type it again instead of pasting it."))


def no_control_characters_in_lines(text: str) -> None:
    """The same for a text of several lines, in which line breaks and tabs are meant."""
    no_control_characters(re.sub(r"[\r\n\t]", "", text))


_ENDINGS = "com|net|org|info|biz|de|at|ch|eu|io|co|ru|cn|top|xyz|link|shop|site|online"
_WEB_ADDRESS = re.compile(rf"://|www\.|\.(?:{_ENDINGS})\b", re.IGNORECASE)


def has_web_address(text: str) -> bool:
    return bool(_WEB_ADDRESS.search(text))


def no_web_address(text: str) -> None:
    """For names that go into mail: one with a link in it would make the portal's mail somebody else's."""
    if has_web_address(text):
        raise ValidationError(_("A name goes into mail, so it must not contain a web address."))
