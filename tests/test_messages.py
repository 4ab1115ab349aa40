"""Every text about a failed call: complete, in both languages, and written so that the log and a page can show it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from django.utils import translation

from integrations.clients.explain import explain
from integrations.klicktipp import KlickTippError, NotFound, Problem, Rejected, problem_of
from integrations.klicktipp.operations import OPERATIONS
from integrations.klicktipp.refusals import refusal
from integrations.klicktipp.transport import Answer
from integrations.messages import NO_ANSWER, PASSING, Obstacle, message
from integrations.operations import message_of
from tests.facts import CODES, DETAILS, meaning
from tests.pages import as_typed

PROBLEMS = [*(problem for problem in Problem if problem is not Problem.UNKNOWN_CODE), *Obstacle]
NAMES = ("KlickTipp", "SmartTag", "KLICKTIPP_")
"""Words that keep their capital everywhere."""

SAYS = {
    "address_required": (
        "neither an email address nor an SMS number",
        "weder eine E-Mail-Adresse noch eine SMS-Nummer",
    ),
    "campaign_not_found": ("campaign was not found", "Kampagne wurde nicht gefunden"),
    "confirmation_email_failed": ("confirmation email could not be sent", "Bestätigungs-E-Mail konnte nicht gesendet"),
    "contact_not_found": ("KlickTipp has no such contact", "keinen solchen Kontakt"),
    "contact_not_subscribed": ("contact is not subscribed", "Kontakt ist nicht eingetragen"),
    "email_blocked": ("email address is blocked", "E-Mail-Adresse ist gesperrt"),
    "email_change_not_allowed": ("email address must not be changed", "E-Mail-Adresse darf nicht geändert werden"),
    "email_not_found": ("email address was not found", "E-Mail-Adresse wurde nicht gefunden"),
    "email_required": ("email address is missing", "E-Mail-Adresse fehlt"),
    "email_taken": ("belongs to another contact", "gehört schon zu einem anderen Kontakt"),
    "email_unsubscribed": ("unsubscribed and cannot be subscribed again", "ausgetragen"),
    "first_name_required": ("first name is missing", "Vorname fehlt"),
    "in_use": ("in use in KlickTipp", "in KlickTipp noch verwendet"),
    "internal_error": ("internal error", "internen Fehler"),
    "invalid_api_key": ("does not know this listbuilding key", "Listbuilding-Schlüssel nicht"),
    "invalid_email": ("does not accept this email address", "diese E-Mail-Adresse nicht an"),
    "invalid_field_value": ("value of a data field", "Wert eines Datenfelds"),
    "invalid_phone_number": ("does not accept this SMS number", "diese SMS-Nummer nicht an"),
    "last_name_required": ("last name is missing", "Nachname fehlt"),
    "optin_process_not_found": ("opt-in process was not found", "Opt-in-Prozess wurde nicht gefunden"),
    "password_required": ("password is missing", "Passwort fehlt"),
    "smarttag_not_assignable": ("SmartTags are set by KlickTipp only", "SmartTags vergibt nur KlickTipp"),
    "smarttag_not_removable": ("cannot be changed or removed", "nicht geändert oder entfernt werden"),
    "sms_number_taken": ("SMS number already belongs", "SMS-Nummer gehört schon zu einem anderen Kontakt"),
    "sms_number_unsubscribed": ("SMS number is unsubscribed", "SMS-Nummer ist ausgetragen"),
    "subscription_not_found": ("contact has no subscription", "Kontakt ist nirgends eingetragen"),
    "tag_not_found": ("tag was not found", "Tag wurde nicht gefunden"),
    "tier_not_found": ("plan was not found", "Tarif wurde nicht gefunden"),
    "update_failed": ("contact could not be updated", "Kontakt konnte nicht aktualisiert werden"),
    "user_group_not_found": ("user group was not found", "Benutzergruppe wurde nicht gefunden"),
    "user_not_found": ("user was not found", "Benutzer wurde nicht gefunden"),
    "user_update_failed": ("user could not be updated", "Benutzer konnte nicht aktualisiert werden"),
    "username_required": ("username is missing", "Benutzername fehlt"),
    "username_taken": ("username exists already", "Benutzernamen gibt es schon"),
}
"""What the page says of each meaning that the reference knows, in English and German."""


SAYS_OF = {
    ("add_or_update_contact", 10): ("does not say why", "sagt nicht, warum"),
    ("delete_contact", 4): SAYS["contact_not_found"],
    ("signin", 10): ("does not say why", "sagt nicht, warum"),
    ("unsubscribe_contact", 7): ("does not find the email address of this contact", "E-Mail-Adresse dieses Kontakts"),
    ("update_contact", 4): SAYS["contact_not_found"],
}
"""Where it says it in other words, so that the page and the log agree, or as the form has no address to check."""


def texts(problem: str, language: str, code: int | None = None) -> tuple[str, str]:
    """What happened and what to do now, in a language."""
    with translation.override(language):
        found = message(problem, code)
        return as_typed(found.what), as_typed(found.next_step)


def test_every_problem_and_obstacle_has_a_message_of_its_own() -> None:
    for problem in PROBLEMS:
        what, next_step = texts(problem, "en-gb")

        assert what.strip(), problem
        assert next_step.strip(), problem
        if problem is not Problem.REFUSED:
            assert what != texts("a problem from another version", "en-gb")[0], problem


def test_no_two_problems_are_told_with_the_same_words() -> None:
    told = [texts(problem, "en-gb")[0] for problem in PROBLEMS]

    assert len(set(told)) == len(told)


def test_every_message_is_there_in_german() -> None:
    for problem in PROBLEMS:
        for english, german in zip(texts(problem, "en-gb"), texts(problem, "de"), strict=True):
            assert german.strip(), problem
            assert german != english, problem


def test_no_message_ends_with_a_stop() -> None:
    for problem, language in product(PROBLEMS, ("en-gb", "de")):
        for text in texts(problem, language):
            assert text[-1] not in ".!? ", problem


def test_an_english_message_begins_with_no_capital() -> None:
    for problem in PROBLEMS:
        for text in texts(problem, "en-gb"):
            assert text.startswith(NAMES) or not text[0].isupper(), text


SENT_BY_KLICKTIPP = {
    Problem.CONFIRMATION_EMAIL_FAILED,
    Obstacle.GRANT_WITHOUT_KEY,
    Obstacle.GRANT_WITH_MALFORMED_KEY,
}
SENDING = re.compile(r"\b(re)?sen[dt]|\bsending|send|sandt|schick", re.IGNORECASE)


def test_reading_is_never_told_as_sending() -> None:
    reads = [operation.name for operation in OPERATIONS.values() if operation.safe]
    problems = {*PROBLEMS, NO_ANSWER} - SENT_BY_KLICKTIPP
    for problem, language, operation in product(problems, ("en-gb", "de"), (*reads, "login")):
        with translation.override(language):
            told = message_of(operation, problem).sentences()
        assert not SENDING.search(told), (problem, told)


def test_what_keeps_from_changing_says_that_nothing_was_sent() -> None:
    for problem in {*PROBLEMS} - SENT_BY_KLICKTIPP:
        changing, reading = message(problem), message(problem, reads=True)
        assert (changing == reading) == (not SENDING.search(changing.sentences())), problem
    assert "nothing was sent" in message_of("update_contact", Problem.UNREACHABLE).sentences()


@pytest.mark.parametrize("problem_without_text", [Problem.UNKNOWN_CODE, "a problem from another version"])
def test_for_an_unknown_code_stands_the_guides_default_text_with_it(problem_without_text: str) -> None:
    assert texts(problem_without_text, "en-gb", 4711)[0] == "something went wrong. Error: 4711"
    german = texts(problem_without_text, "de", 4711)[0]
    assert german.endswith("4711")
    assert not german.startswith("something")


def test_without_a_code_there_is_no_talk_of_one() -> None:
    assert texts(Problem.UNKNOWN_CODE, "en-gb")[0] == "KlickTipp has refused this"


def test_the_two_sentences_of_a_page() -> None:
    with translation.override("en-gb"):
        assert message(Problem.UNREACHABLE).sentences() == (
            "KlickTipp cannot be reached; nothing was sent. Please try again in a few minutes."
        )
        assert message(Obstacle.NOT_CONNECTED).sentences() == (
            "This client has no customer key. Store one on the client's page, then try again."
        )


def test_the_same_message_reads_in_the_language_of_whoever_reads_it() -> None:
    found = message(Problem.TAG_NOT_FOUND)

    with translation.override("en-gb"):
        english = found.sentences()
    with translation.override("de"):
        german = found.sentences()

    assert english.startswith("The tag was not found.")
    assert german.startswith("Der Tag") or german.startswith("Das Tag")
    assert german != english


@pytest.mark.parametrize("kind", KlickTippError.__subclasses__())
def test_an_error_that_says_nothing_of_itself_is_told_all_the_same(kind: type[KlickTippError]) -> None:
    what, next_step = texts(kind("get_account", code=4711).problem, "en-gb", 4711)

    assert what
    assert next_step
    assert (what == "something went wrong. Error: 4711") == (kind is Rejected)


def told(operation: str, code: int, detail: int | None = None) -> tuple[str, str]:
    """What a page says of a refusal, in English and German, with its next step."""
    error = Rejected(operation, status=406, code=code, detail=detail, problem=problem_of(operation, code, detail))
    said = []
    for language in ("en-gb", "de"):
        with translation.override(language):
            explanation = explain(error)
            said.append(f"{explanation.what} {explanation.next_step} {explanation.code}")
    return said[0], as_typed(said[1])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_code_is_told_for_each_operation_as_the_reference_has_it(operation: str) -> None:
    for code in (*CODES, 3, 999):
        english, german = told(operation, code)
        if problem := meaning(operation, code):
            says = SAYS_OF.get((operation, code), SAYS[problem])
            assert says[0] in english, code
            assert says[1] in german, code
            assert "something went wrong" not in english.lower(), code
        else:
            assert english.startswith(f"Something went wrong. Error: {code}. Please try again later;"), code
            assert str(code) in german
        assert str(code) in english


@pytest.mark.parametrize("operation", ["unsubscribe_contact", "signoff"])
@pytest.mark.parametrize("code", [4, 9])
def test_who_wants_to_unsubscribe_is_not_told_to_have_the_person_subscribe(operation: str, code: int) -> None:
    english, german = told(operation, code)
    assert "So there is nothing to unsubscribe; if this portal must not add the contact again" in english
    assert "Also gibt es nichts auszutragen" in german


@pytest.mark.parametrize("operation", ["untag_contact", "signout"])
def test_who_wants_to_remove_a_tag_is_not_told_to_have_the_person_subscribe(operation: str) -> None:
    english, german = told(operation, 9)
    assert "So KlickTipp has taken no tag from it; the contact's page shows which tags it has." in english
    assert "Deshalb hat KlickTipp keinen Tag von ihm entfernt" in german
    assert "subscribe again" in told("tag_contact", 9)[0]


@pytest.mark.parametrize("operation", ["add_or_update_contact", "signin"])
def test_a_contact_that_is_to_be_added_is_not_said_to_be_deleted(operation: str) -> None:
    english, german = told(operation, 401)
    assert "Please send the form again; if it happens again, give this code to KlickTipp's support. 401" in english
    assert "deleted" not in english
    assert "senden Sie das Formular noch einmal ab" in german


def test_only_a_form_with_an_address_is_told_to_check_it() -> None:
    assert "please load the page again" in told("unsubscribe_contact", 7)[0]
    assert "Please check the address" in told("signoff", 7)[0]


@pytest.mark.parametrize("detail", DETAILS)
def test_why_an_update_failed_is_told_with_both_codes(detail: int) -> None:
    english, german = told("update_contact", 10, detail)
    assert SAYS[DETAILS[detail]][0] in english
    assert SAYS[DETAILS[detail]][1] in german
    assert f"10/{detail}" in english


def test_a_refused_data_field_is_named_with_the_reason() -> None:
    error = Rejected("update_contact", code=8, field="City", reason="Too strange.", problem=Problem.INVALID_FIELD_VALUE)
    assert (
        explain(error).what
        == "KlickTipp does not accept the value of the data field “City”. In KlickTipp's words: “Too strange.”"
    )
    error.reason = None
    assert explain(error).what == "KlickTipp does not accept the value of the data field “City”."


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        ("get_tag", "The tag was not found."),
        ("delete_contact", "KlickTipp has no such contact."),
        ("get_optin_process", "The opt-in process was not found."),
        ("get_field", "KlickTipp did not find this."),
    ],
)
def test_a_404_says_what_is_not_there(operation: str, says: str) -> None:
    error = refusal(OPERATIONS[operation], Answer(404, {}, b""))
    assert isinstance(error, NotFound)
    assert explain(error).what == says


@pytest.mark.parametrize("problem", PROBLEMS)
def test_who_is_told_to_try_later_is_offered_another_try(problem: str) -> None:
    asks_to_wait = str(message(problem).next_step).startswith("please try again in")
    assert asks_to_wait <= (problem in PASSING)
