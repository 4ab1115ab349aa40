import ast
import re

import pytest
from babel.messages import Catalog, Message
from django.utils.translation import gettext, override

from ktportal import translations


@pytest.fixture(scope="module")
def used() -> Catalog:
    return translations.used()


@pytest.fixture(scope="module")
def stored() -> Catalog:
    return translations.stored()


def test_the_texts_of_code_and_templates_are_found(used: Catalog) -> None:
    found = translations.texts(used)

    assert ("", "Sign in") in found
    assert ("", "Your name") in found


def test_every_text_is_in_the_po_file_and_no_other(used: Catalog, stored: Catalog) -> None:
    assert set(translations.texts(used)) == set(translations.texts(stored)), "run `python -m ktportal.translations`"


def test_every_text_is_translated(stored: Catalog) -> None:
    wrong = {
        key: faults for key, message in translations.texts(stored).items() if (faults := translations.faults(message))
    }

    assert wrong == {}


def said(catalog: Catalog) -> dict[tuple[str, str], list[str]]:
    return {key: translations.forms(message) for key, message in translations.texts(catalog).items()}


def test_the_mo_file_is_compiled_from_the_po_file(stored: Catalog) -> None:
    assert said(translations.compiled()) == said(translations.unbroken(stored)), "run `python -m ktportal.translations`"


def test_short_german_words_stay_on_one_line(stored: Catalog) -> None:
    broken = [
        form for forms in said(translations.compiled()).values() for form in forms if re.search("E-Mail|Opt-in", form)
    ]

    assert broken == []
    with override("de"):
        assert gettext("Email address") == "E\u2011Mail-Adresse"


@pytest.mark.parametrize("locale", translations.ENGLISH)
def test_the_english_mo_files_are_compiled_from_the_texts(used: Catalog, locale: str) -> None:
    english = translations.english(used, locale)
    assert said(translations.compiled(locale)) == said(english), "run `python -m ktportal.translations`"
    assert [key for key, message in translations.texts(english).items() if translations.faults(message)] == []


@pytest.mark.usefixtures("as_delivered")
def test_each_english_reads_in_its_spelling(used: Catalog) -> None:
    with override("en-gb"):
        assert gettext("Name, colour and country") == "Name, colour and country"
    with override("en-us"):
        assert gettext("Name, colour and country") == "Name, color and country"
    british = re.compile(
        r"olour|avour|behaviou|(ogn|rgan|uthor|ormal|ummar|minim|maxim)is|nalys(e|ing)|alogue|\bgrey|licence|centre"
        r"|(ancel|abel|ravel|odel)l(ed|ing)|\bticked",
        re.IGNORECASE,
    )
    american = said(translations.compiled("en_US"))
    read = [
        form for key, message in translations.texts(used).items() for form in american.get(key) or _written(message)
    ]
    assert [text for text in read if british.search(text)] == []


def _written(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.mark.usefixtures("as_delivered")
def test_opt_in_and_the_end_of_a_key_stay_on_one_line() -> None:
    for language in ("en-gb", "en-us"):
        with override(language):
            assert gettext("opt-in pending") == "opt\u2011in pending"
            assert "…\u2060%(key)s" in gettext("%(actor)s stored the customer key …%(key)s for %(account)s")


@pytest.mark.parametrize(
    ("text", "translation", "faults"),
    [
        ("Save", "Speichern", []),
        ("Save", "", ["is not translated"]),
        ("Error %(code)s", "Fehler %(code)s", []),
        ("Error %(code)s", "Fehler %(kode)s", ["has other placeholders than its translation"]),
        ("Error %(code)s", "Fehler", ["has other placeholders than its translation"]),
        (("one contact", "%(n)s contacts"), ("ein Kontakt", "%(n)s Kontakte"), []),
        (("one contact", "%(n)s contacts"), ("ein Kontakt", ""), ["is not translated"]),
    ],
)
def test_faults_of_a_translation(
    text: str | tuple[str, str], translation: str | tuple[str, str], faults: list[str]
) -> None:
    message = Catalog(locale="de").add(text, translation)

    assert translations.faults(message) == faults


def test_no_text_hides_in_an_f_string() -> None:
    """Nothing finds a text there: neither the extraction nor, so, the tests above."""
    hidden = [
        f"{path.relative_to(translations.BASE_DIR)}:{call.lineno}"
        for room in translations.CODE
        for path in (translations.BASE_DIR / room).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in translations.KEYWORDS
    ]
    assert hidden == []
