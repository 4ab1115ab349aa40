"""Keeps the German texts in step with code and templates: `python -m ktportal.translations`.

Adds what is new to `locale/de/LC_MESSAGES/django.po`, drops what is used no more, and compiles `django.mo`, so that
neither the gettext programs nor this module are needed to run the portal.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parent.parent
PO_FILE = BASE_DIR / "locale" / "de" / "LC_MESSAGES" / "django.po"
MO_FILE = PO_FILE.with_suffix(".mo")
CODE = ("accounts", "integrations", "ktportal")
TEMPLATES = "templates"

HEADER = r"""# German texts of ktportal. In step with code and templates by `python -m ktportal.translations`.
msgid ""
msgstr ""
"Language: de\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {"_": None, "gettext_noop": None}
for lazy in ("", "_lazy"):
    KEYWORDS[f"gettext{lazy}"] = None
    KEYWORDS[f"ngettext{lazy}"] = (1, 2)
    KEYWORDS[f"pgettext{lazy}"] = ((1, "c"), 2)
    KEYWORDS[f"npgettext{lazy}"] = ((1, "c"), 2, 3)

BORROWED = (
    "Be patient, you are sending too many requests.",
    "Authenticator code",
    "Code",
    "Current Password",
    "Email",
    "Email address",
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
    "Forgot your password?",
    "Incorrect code.",
    "Incorrect password.",
    "New Password",
    "New Password (again)",
    "Password",
    "Please type your current password.",
    "The email address and/or password you specified are not correct.",
    "This field is required.",
    "Use a security key",
    "Use authenticator app or code",
    "Use your password",
    "Too many failed login attempts. Try again later.",
    "You must type the same password each time.",
)
"""Texts of Django and django-allauth whose own translation says "du" or sounds wooden."""

UNBROKEN = {"E-Mail": "E\u2011Mail", "Opt-in": "Opt\u2011in"}
"""Words that no line may end in: compiled with a hyphen that does not break."""

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}")


def _sources() -> Iterator[tuple[str, BytesIO]]:
    for room in CODE:
        for path in sorted((BASE_DIR / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(BASE_DIR)), BytesIO(path.read_bytes())
    for path in sorted((BASE_DIR / TEMPLATES).rglob("*")):
        if path.is_file():
            code = templatize(path.read_text(), origin=str(path))
            unindented = "\n".join(line.lstrip() for line in code.splitlines())
            yield str(path.relative_to(BASE_DIR)), BytesIO(unindented.encode())


def used() -> Catalog:
    """Every text that code and templates mark for translation, without translations."""
    catalog = Catalog(locale="de", creation_date=NO_DATE, revision_date=NO_DATE)
    for borrowed in BORROWED:
        catalog.add(borrowed, locations=[("django", 1)])
    for name, source in _sources():
        for _line, text, _comments, context in extract("python", source, KEYWORDS):
            catalog.add(text, locations=[(name, 1)], context=context)
    return catalog


def stored() -> Catalog:
    """The texts and translations of the .po file."""
    with PO_FILE.open("rb") as file:
        return read_po(file, locale="de")


def compiled() -> Catalog:
    """The texts and translations of the .mo file."""
    with MO_FILE.open("rb") as file:
        return read_mo(file)


def unbroken(catalog: Catalog) -> Catalog:
    """The catalogue with translations whose short words stay on one line."""
    kept = Catalog(locale=catalog.locale, creation_date=NO_DATE, revision_date=NO_DATE)
    for message in texts(catalog).values():
        said = [_in_one_piece(form) for form in forms(message)]
        kept.add(message.id, tuple(said) if message.pluralizable else said[0], context=message.context)
    return kept


def _in_one_piece(text: str) -> str:
    for word, kept in UNBROKEN.items():
        text = text.replace(word, kept)
    return text


def texts(catalog: Catalog) -> dict[tuple[str, str], Message]:
    """The messages of a catalogue by context and (singular) text, without the header."""
    return {
        (message.context or "", message.id if isinstance(message.id, str) else message.id[0]): message
        for message in catalog
        if message.id
    }


def forms(message: Message) -> list[str]:
    """The translations of a message: one, or one for each plural form; empty strings where they are missing."""
    string = message.string or ""
    return [string] if isinstance(string, str) else [form or "" for form in string]


def faults(message: Message) -> list[str]:
    """What is wrong with one translation: it is missing, uncertain, or has other placeholders than the text."""
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    if not all(forms(message)):
        return ["is not translated"]
    if message.fuzzy:
        return ["is marked as fuzzy"]
    allowed = [set(PLACEHOLDER.findall(original)) for original in originals]
    if any(set(PLACEHOLDER.findall(form)) not in allowed for form in forms(message)):
        return ["has other placeholders than its translation"]
    return []


def update() -> list[str]:
    """Write both files anew; returns what is still wrong, a line for each text."""
    catalog = used()
    if PO_FILE.exists():
        known = texts(stored())
        for key, message in texts(catalog).items():
            if (before := known.get(key)) and before.pluralizable == message.pluralizable:
                message.string = before.string
                message.flags |= before.flags & {"fuzzy"}
    PO_FILE.parent.mkdir(parents=True, exist_ok=True)
    with PO_FILE.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, catalog, width=0, sort_output=True, omit_header=True, include_lineno=False)
    with MO_FILE.open("wb") as file:
        write_mo(file, unbroken(catalog))
    return [f"{key[1]!r} {fault}" for key, message in texts(catalog).items() for fault in faults(message)]


if __name__ == "__main__":
    if wrong := update():
        sys.exit("\n".join(wrong))
