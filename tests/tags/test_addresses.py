"""Pasted lists of any shape."""

import time

import pytest

from integrations.tags.addresses import Pasted, read

ADA, BO = "ada@example.com", "bo@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com bo@example.com",
        "ada@example.com\nbo@example.com",
        "ada@example.com\r\n\r\n  bo@example.com\r",
        "ada@example.com; bo@example.com;",
        "ada@example.com,bo@example.com",
        "ada@example.com\tbo@example.com",
        '"ada@example.com","bo@example.com"',
        "'ada@example.com', 'bo@example.com'",
        "„ada@example.com“ «bo@example.com»",
        "Ada Lovelace <ada@example.com>, Bo <bo@example.com>",
        "Lovelace, Ada <ada@example.com>; Bo <bo@example.com>",
        '"Lovelace, Ada; Countess" <ada@example.com>; "Bo" <bo@example.com>',
        "ada@example.com, Muster, Bo <bo@example.com>",
        '"ada@example.com" <ada@example.com>, bo@example.com <mailto:bo@example.com>',
        "'ada@example.com' <ada@example.com>; 'bo@example.com' <bo@example.com>",
        "mailto:ada@example.com, MAILTO:bo@example.com?subject=Hello",
        "<ada@example.com><bo@example.com>",
        "Ada Lovelace ada@example.com\nDr. Bo bo@example.com",
        "Ada\tLovelace\tada@example.com\t+49 171 1234567\nBo\t\tbo@example.com\t",
        "• ada@example.com\n• bo@example.com",
        "- ada@example.com\n- bo@example.com",
        "(ada@example.com) [bo@example.com].",
        "\ufeffada@example.com\u200b\n\u00a0bo@example.com\u00a0",
        "Contact:\tada@example.com\nbo@example.com:",
    ],
)
def test_two_addresses_in_any_shape(text: str) -> None:
    assert read(text) == Pasted((ADA, BO), 0, ())


def test_addresses_that_differ_in_case_are_one_and_stay_as_typed_first() -> None:
    assert read("Ada@Example.com\nbo@example.com\nada@example.com\nADA@EXAMPLE.COM") == Pasted(
        ("Ada@Example.com", BO), 2, ()
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("ada@example", ("ada@example",)),
        ("ada@@example.com", ("ada@@example.com",)),
        ("bo@example.com\nada.example.com", ("ada.example.com",)),
        ("bo@example.com ada.example.com", ("ada.example.com",)),
        ("bo@example.com, ada", ("ada",)),
        ("Ada;Lovelace;ada@example.com", ("Ada", "Lovelace")),
        ("Ada <ada at example.com>", ("ada at example.com",)),
        ("+49 171 1234567", ("+49 171 1234567",)),
        ("a\tb\nbo@example.com", ("a", "b")),
        ("Bo\tbo@example\nada@example.com\tAda", ("bo@example",)),
        (f"{'x' * 65}@example.com", (f"{'x' * 65}@example.com",)),
        ("<script>alert(1)</script>", ("script", "/script")),
        ("@", ("@",)),
    ],
)
def test_what_is_no_address_is_told(text: str, wrong: tuple[str, ...]) -> None:
    assert read(text).wrong == wrong


@pytest.mark.parametrize("text", ["", " \r\n\t ;,; ", "<>", '""', "-"])
def test_nothing_is_nothing(text: str) -> None:
    assert read(text) == Pasted((), 0, ())


def test_addresses_of_other_languages_are_addresses() -> None:
    assert read("jürgen@example.com ada@müller.example").wrong == ("jürgen@example.com",)
    assert read("ada@müller.example").addresses == ("ada@xn--mller-kva.example",)


def test_one_address_in_several_spellings_is_one() -> None:
    spellings = [
        "Info@Müller.example",
        "info@mu\u0308ller.example",
        "info@xn--mller-kva.example",
        "\u202ainfo@müller.example",
    ]
    assert read("; ".join(spellings)) == Pasted(("Info@xn--mller-kva.example",), 3, ())


@pytest.mark.parametrize("text", ["root@localhost", "max@[127.0.0.1]", "max@10.0.0.10", "a\u202eb@example.com"])
def test_what_looks_like_an_address_but_leads_nowhere_is_told(text: str) -> None:
    assert len(read(text).wrong) == 1
    assert read(text).addresses == ()


@pytest.mark.parametrize("piece", [" ", '"', "<", ",", "a@", "\t", "<a ", "'-", ".a", "a.aa", "mailto:", "\n"])
def test_no_text_takes_for_ever(piece: str) -> None:
    began = time.process_time()
    read(piece * (50_000 // len(piece)))
    assert time.process_time() - began < 30, "some text takes more than its length"
