"""Pasted lists of any shape."""

import time

import pytest

from integrations.tags.addresses import MOST_READ, Pasted, read

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
        "• ada@example.com\n• bo@example.com",
        "- ada@example.com\n- bo@example.com",
        "(ada@example.com) [bo@example.com].",
        "ada@example.com? bo@example.com!",
        "\ufeffada@example.com\u200b\n\u00a0bo@example.com\u00a0",
    ],
)
def test_two_addresses_in_any_shape(text: str) -> None:
    assert read(text) == Pasted((ADA, BO), 0, ())


def test_addresses_that_differ_in_case_are_one_and_stay_as_typed_first() -> None:
    assert read("Ada@Example.com\nbo@example.com\nada@example.com\nADA@EXAMPLE.COM") == Pasted(
        ("Ada@Example.com", BO), 2, ()
    )


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("Ada Lovelace ada@example.com\nDr. Bo bo@example.com", ("Ada Lovelace", "Dr. Bo")),
        ("Contact:\tada@example.com\nbo@example.com:", ("Contact",)),
        (
            "E-Mail;Vorname;Ort\nada@example.com;Ada;Köln\nbo@example.com;Bo;Köln",
            ("E-Mail", "Vorname", "Ort", "Ada", "Köln", "Bo"),
        ),
        ("Ada,Lovelace,ada@example.com\nBo,,bo@example.com", ("Ada", "Lovelace", "Bo")),
        (
            "Ada\tLovelace\tada@example.com\t+49 171 1234567\nBo\t\tbo@example.com\t",
            ("Ada", "Lovelace", "+49 171 1234567", "Bo"),
        ),
        ('"Meier; Söhne, Köln";"ada@example.com"\n"Bo";bo@example.com', ("Meier; Söhne, Köln", "Bo")),
        ('"ada@example.com,Ada,Köln"\nbo@example.com', ("Ada", "Köln")),
        ("Hallo,\nada@example.com\nSeite 3 von 7\nbo@example.com\n-----", ("Hallo", "Seite 3 von 7")),
        ("ada@example.com bo@example.com ada.example.com", ("ada.example.com",)),
        ("ada@example.com; bo@example.com; Cy <cy at example.com>", ("Cy", "cy at example.com")),
        ("<script>ada@example.com</script> bo@example.com", ("script", "/script")),
    ],
)
def test_what_stands_beside_and_between_the_addresses_is_told_and_in_nobodys_way(
    text: str, unused: tuple[str, ...]
) -> None:
    assert read(text) == Pasted((ADA, BO), 0, (), unused)


@pytest.mark.parametrize("text", ["Ada Lovelace", "ada", "ada.example.com", "+49 171 1234567", "a\tb"])
def test_a_text_without_an_at_is_wrong_nowhere(text: str) -> None:
    assert (read(text).addresses, read(text).wrong) == ((), ())


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ada@example", ("ada@example",)),
        ("ada@@example.com", ("ada@@example.com",)),
        ("Bo\tbo@example\nada@example.com\tAda", ("bo@example",)),
        ('"Lovelace, Ada" <ada@example>; Bo <bo@>', ("ada@example", "bo@")),
        (f"{'x' * 65}@example.com", (f"{'x' * 65}@example.com",)),
        ("ada @ example.com", ("@",)),
        ("@ada, @ada", ("@ada",)),
    ],
)
def test_what_has_an_at_and_cannot_be_an_address_is_wrong(text: str, wrong: tuple[str, ...]) -> None:
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


@pytest.mark.parametrize(
    "piece",
    [*' "<,\t\n', "a@", "<a ", "'-", ".a", "a.aa", "mailto:", ';"', '";', '"a";', '" ', "a <a@a.de>", "a;"],
)
def test_no_text_takes_for_ever(piece: str) -> None:
    began = time.process_time()
    read(piece * (50_000 // len(piece)))
    assert time.process_time() - began < 30, "some text takes more than its length"


def test_of_five_thousand_rows_some_hundred_are_read_in_a_moment() -> None:
    rows = "".join(f'"Zeile, {n}";a{n}@example.de;\n' for n in range(5_000))
    began = time.process_time()
    pasted = read(rows)
    assert time.process_time() - began < 10
    assert (len(pasted.addresses), pasted.wrong, pasted.is_whole) == (MOST_READ, (), False)
