import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def no_control_characters(text: str) -> None:
    """Refuses characters that nobody sees or types, such as those a broken export leaves behind."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValidationError(_("This contains control characters. Please type it again instead of pasting it."))


def no_control_characters_in_lines(text: str) -> None:
    """The same for a text of several lines, in which line breaks and tabs are meant."""
    no_control_characters(re.sub(r"[\r\n\t]", "", text))
