"""Email addresses and phone numbers: what is valid, and the ones that cause an error on purpose.

Addresses that answer "Add or update contact" and "Sign in" with an error, at every domain; ``+anything``
may follow the local part, so that many of them exist (``blocked+7@example.com``):

====================  ======================================================================
unsubscribed@         4: the address is unsubscribed and cannot be re-subscribed
noconfirm@            6: the confirmation email could not be sent (double opt-in only)
notfound@             7: email address not found
internal@             12: internal error
blocked@              30: the address is blocked
gone@                 401: contact not found
====================  ======================================================================

Every other address of ``@example.com`` is blocked for good: a bare code 10.

As the new address of "Update contact", ``noconfirm@`` and ``blocked@`` give code 10 with detail 6 or 30.

``error-<code>@`` gives that code, and ``error-10-<detail>@`` code 10 with that detail, for every operation
that takes an email address: ``error-501@klick-tipp.team``, ``error-999@klick-tipp.team``.

The number ``+4915100000010`` is unsubscribed everywhere: code 10 with detail 10.
"""

import re
import unicodedata

BLOCKED_DOMAIN = "example.com"
UNSUBSCRIBED_NUMBER = "004915100000010"
MAGIC_LOCAL_PARTS = {
    "unsubscribed": 4,
    "noconfirm": 6,
    "notfound": 7,
    "internal": 12,
    "blocked": 30,
    "gone": 401,
}

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@(?=.{3,190}\Z)[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_SMS = re.compile(r"(?:\+|00)([1-9][0-9]{5,14})")
_ON_DEMAND = re.compile(r"error-(\d{1,4})(?:-(\d{1,4}))?(?:\+.*)?", re.DOTALL)


def is_email(value: str) -> bool:
    """Whether this is an address; before the @ it has no umlauts."""
    return _EMAIL.fullmatch(value) is not None and value.partition("@")[0].isascii()


def compared(email: str) -> str:
    """What all spellings of one address have in common: NFC, lower case, the domain in its IDNA form."""
    local, at, domain = unicodedata.normalize("NFC", email).lower().partition("@")
    labels = (part if part.isascii() else f"xn--{part.encode('punycode').decode()}" for part in domain.split("."))
    return f"{local}{at}{'.'.join(labels)}"


def is_blocked_for_good(email: str) -> bool:
    return compared(email).endswith(f"@{BLOCKED_DOMAIN}")


def sms_number(value: str) -> str | None:
    """The stored form of an SMS number ("00" and digits), or None if it is not "+<digits>" or "00<digits>".

    Source: OpenAPI document, SubscriberCreateSchema.smsnumber.
    """
    found = _SMS.fullmatch(value)
    return f"00{found[1]}" if found else None


def magic_code(email: str) -> int | None:
    """The code this address is meant to cause when it is added, or None."""
    return MAGIC_LOCAL_PARTS.get(email.partition("@")[0].partition("+")[0].lower())


def code_on_demand(email: str) -> tuple[int, int | None] | None:
    """Code and detail that ``error-<code>[-<detail>]@`` asks for, or None for every other address."""
    found = _ON_DEMAND.fullmatch(email.partition("@")[0].lower())
    if not found:
        return None
    return int(found[1]), int(found[2]) if found[2] else None
