"""Email addresses as people type them, and as they are compared."""

import re
import unicodedata
from typing import Final, Literal

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from accounts.texts import normalized
from accounts.validation import DIRECTION_CONTROLS, no_control_characters

UMLAUT: Final = "umlaut"
"""The code of the `ValidationError` for an address with such a letter before the @."""

_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))
_WITHOUT_DIRECTION = str.maketrans("", "", DIRECTION_CONTROLS)
_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")
_ON_ONE_MACHINE = re.compile(r".*(\]|\.[0-9]+)", re.DOTALL)
_LONGEST_EMAIL = 254
_LONGEST_TYPED = 1000
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_LONGEST_LOCAL_PART = 64
_LONGEST_DOMAIN = 253
_MOST_LABELS = 10
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_check_shape = EmailValidator(_("Please enter a complete email address, such as name@example.com."), allowlist=[])


def without_unseen(text: str) -> str:
    """A text without the characters that pasting brings along and nobody sees."""
    return _UNSEEN.sub("", text)


def trimmed(text: str) -> str:
    """An address or number without blanks and marks of direction around it, and without what nobody sees in it. Its
    letters are composed."""
    return normalized("NFC", without_unseen(text)).strip(_BLANKS + DIRECTION_CONTROLS)


def comparable_email(text: str) -> str:
    """What two spellings of one email address have in common: small letters, and the domain's IDNA form."""
    local, at, domain = trimmed(text).translate(_WITHOUT_DIRECTION).rpartition("@")
    return normalized("NFC", f"{local}{at}{_in_ascii(domain)}".lower())


def formerly_comparable(text: str) -> set[str]:
    """What the portal may have compared instead before it knew the IDNA form: the address as typed, its case folded."""
    email = comparable_email(text)
    if email.isascii() and "xn--" not in email:
        return set()
    local, at, domain = email.rpartition("@")
    spellings = (email, f"{local}{at}{_in_letters(domain)}")
    return {normalized(form, text).casefold() for text in spellings for form in _FORMS} - {email}


def email_in(text: str) -> str:
    """The one email address in a text such as `Ada <ada@example.com>`, also where KlickTipp would not take it."""
    found = _EMAIL.findall(trimmed(text)) if len(text) <= _LONGEST_TYPED else []
    if len(found) != 1 or len(found[0]) > _LONGEST_EMAIL:
        raise ValidationError(_("Please enter one complete email address, such as name@example.com."))
    return str(found[0])


def email_address(text: str) -> str:
    """An email address as KlickTipp takes it: trimmed, the domain in its IDNA form, else as typed."""
    typed = trimmed(text[:_LONGEST_TYPED])
    if len(text) > _LONGEST_TYPED or len(typed) > _LONGEST_EMAIL:
        raise ValidationError(_("This is too long for an email address."))
    no_control_characters(typed)
    local, at, domain = typed.rpartition("@")
    if not domain.isascii() and not _is_readable(domain):
        raise ValidationError(_("This is too long for an email address."))
    domain = _in_ascii(domain)
    if not domain.isascii() or _ON_ONE_MACHINE.fullmatch(domain):
        raise ValidationError(_check_shape.message)
    letters = [char for char in local if char.isalpha() and not char.isascii()]
    if '"' in local:
        raise ValidationError(_check_shape.message)
    _check_shape("".join("x" if char in letters else char for char in local) + at + domain)
    if letters:
        raise ValidationError(
            _("KlickTipp takes no letters such as “%(letter)s” before the @. Please ask for another email address."),
            code=UMLAUT,
            params={"letter": letters[0]},
        )
    if len(local) > _LONGEST_LOCAL_PART:
        raise ValidationError(_("The part before the @ is too long for an email address."))
    if len(local + at + domain) > _LONGEST_EMAIL:
        raise ValidationError(_("This is too long for an email address."))
    return local + at + domain


def readable_email(email: str) -> str:
    """An email address with its domain as people write it, as long as that is in Latin letters: other scripts have
    letters that look like these."""
    local, at, domain = email.rpartition("@")
    if "xn--" not in domain.lower():
        return email
    readable = _in_letters(domain)
    is_latin = all(char.isascii() or unicodedata.name(char, "").startswith("LATIN ") for char in readable)
    return local + at + readable if is_latin and _in_ascii(readable) == domain.lower() else email


def _in_ascii(domain: str) -> str:
    """A domain in its IDNA form; as it is where it has none."""
    if domain.isascii() or not _is_readable(domain):
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def _in_letters(domain: str) -> str:
    if not _is_readable(domain):
        return domain
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _is_readable(domain: str) -> bool:
    """Whether to look for its other form, which takes long for each letter and label."""
    return len(domain) <= _LONGEST_DOMAIN and len(_DOTS.findall(domain)) < _MOST_LABELS
