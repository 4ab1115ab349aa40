"""Keeps the German texts in step with code and templates: `python -m ktportal.translations`.

Adds what is new to `locale/de/LC_MESSAGES/django.po`, drops what is used no more, and compiles `django.mo`, so that
neither the gettext programs nor this module are needed to run the portal. English is written in the code as the British
spell it; what of it American readers spell otherwise, and what must not break at the end of a line, is compiled, too.
"""

import re
import sys
from collections.abc import Iterator, Mapping
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
ENGLISH = ("en_GB", "en_US")
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

UNBROKEN = {"E-Mail": "E\u2011Mail", "Opt-in": "Opt\u2011in", "opt-in": "opt\u2011in", "…%(": "…\u2060%("}
"""What no line may end in: words are compiled with a hyphen that does not break, the last characters of a key behind
their dots with a joiner."""

AMERICAN = {"colour": "color", "Colour": "Color", "recognise": "recognize", "ticked": "checked"}
"""British words in texts, as Americans write them."""

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


def mo_file(locale: str) -> Path:
    folder = BASE_DIR / "locale" / "english" if locale in ENGLISH else BASE_DIR / "locale"
    return folder / locale / "LC_MESSAGES" / "django.mo"


def compiled(locale: str = "de") -> Catalog:
    """The texts and translations of a .mo file."""
    with mo_file(locale).open("rb") as file:
        return read_mo(file)


def unbroken(catalog: Catalog) -> Catalog:
    """The catalogue with translations whose short words stay on one line."""
    kept = Catalog(locale=catalog.locale, creation_date=NO_DATE, revision_date=NO_DATE)
    for message in texts(catalog).values():
        said = [_in_one_piece(form) for form in forms(message)]
        kept.add(message.id, tuple(said) if message.pluralizable else said[0], context=message.context)
    return kept


def english(catalog: Catalog, locale: str) -> Catalog:
    """Of the texts of a catalogue those that read otherwise in this English than they stand in the code."""
    read = Catalog(locale=locale, creation_date=NO_DATE, revision_date=NO_DATE)
    for message in texts(catalog).values():
        written = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [_in_one_piece(_replaced(form, AMERICAN if locale == "en_US" else {})) for form in written]
        if said != written:
            read.add(message.id, tuple(said) if message.pluralizable else said[0], context=message.context)
    return read


def _in_one_piece(text: str) -> str:
    return _replaced(text, UNBROKEN)


def _replaced(text: str, table: Mapping[str, str]) -> str:
    for word, other in table.items():
        text = text.replace(word, other)
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
    with mo_file("de").open("wb") as file:
        write_mo(file, unbroken(catalog))
    for locale in ENGLISH:
        mo_file(locale).parent.mkdir(parents=True, exist_ok=True)
        with mo_file(locale).open("wb") as file:
            write_mo(file, english(catalog, locale))
    return [f"{key[1]!r} {fault}" for key, message in texts(catalog).items() for fault in faults(message)]


if __name__ == "__main__":
    if wrong := update():
        sys.exit("\n".join(wrong))
