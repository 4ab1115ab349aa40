"""What KlickTipp says beside the code of a business error, in the account's language."""

from typing import Any

_WHEN_ADDING: dict[int, tuple[str, str]] = {
    4: (
        "The email address is unsubscribed and cannot be re-subscribed.",
        "Die E-Mail-Adresse ist ausgetragen und kann nicht wieder eingetragen werden.",
    ),
    7: ("The email address was not found.", "Die E-Mail-Adresse wurde nicht gefunden."),
    9: (
        "The SMS number already belongs to another contact.",
        "Die SMS-Nummer gehört bereits zu einem anderen Kontakt.",
    ),
    30: ("The email address is blocked.", "Die E-Mail-Adresse ist gesperrt."),
    31: ("SmartTags are assigned by the system only.", "SmartTags werden nur vom System vergeben."),
    401: ("The contact was not found.", "Der Kontakt wurde nicht gefunden."),
}
_OTHERWISE: dict[int, tuple[str, str]] = {
    4: ("The subscription was not found.", "Die Eintragung wurde nicht gefunden."),
    5: ("The email address is invalid.", "Die E-Mail-Adresse ist ungültig."),
    6: (
        "The confirmation email could not be sent.",
        "Die Bestätigungs-E-Mail konnte nicht gesendet werden.",
    ),
    7: ("The contact's email address was not found.", "Die E-Mail-Adresse des Kontakts wurde nicht gefunden."),
    8: ("The value of a field is invalid.", "Der Wert eines Feldes ist ungültig."),
    9: ("The contact is not subscribed.", "Der Kontakt ist nicht eingetragen."),
    11: ("The phone number is invalid.", "Die Telefonnummer ist ungültig."),
    12: ("Internal error.", "Interner Fehler."),
    15: ("The tag is in use.", "Der Tag wird verwendet."),
    30: (
        "The email address must not be changed.",
        "Die E-Mail-Adresse darf nicht geändert werden.",
    ),
    31: ("A SmartTag cannot be removed.", "Ein SmartTag kann nicht entfernt werden."),
    32: (
        "Either an email address or an SMS number is required.",
        "Eine E-Mail-Adresse oder eine SMS-Nummer ist erforderlich.",
    ),
    100: ("The API key is invalid.", "Der API-Schlüssel ist ungültig."),
    401: ("The user was not found.", "Der Benutzer wurde nicht gefunden."),
    402: ("The opt-in process was not found.", "Der Opt-in-Prozess wurde nicht gefunden."),
    403: ("The tag was not found.", "Der Tag wurde nicht gefunden."),
    404: ("The user group was not found.", "Die Benutzergruppe wurde nicht gefunden."),
    405: ("The campaign was not found.", "Die Kampagne wurde nicht gefunden."),
    406: ("The tier was not found.", "Der Tarif wurde nicht gefunden."),
    501: ("The email address is required.", "Die E-Mail-Adresse ist erforderlich."),
    502: ("The username is required.", "Der Benutzername ist erforderlich."),
    503: ("The password is required.", "Das Passwort ist erforderlich."),
    504: ("The first name is required.", "Der Vorname ist erforderlich."),
    505: ("The last name is required.", "Der Nachname ist erforderlich."),
    506: ("The username exists already.", "Der Benutzername ist bereits vergeben."),
    507: (
        "The email address already belongs to another contact.",
        "Die E-Mail-Adresse gehört bereits zu einem anderen Kontakt.",
    ),
    508: ("The user could not be updated.", "Der Benutzer konnte nicht aktualisiert werden."),
}
_DETAILS: dict[int, tuple[str, str]] = {
    5: _OTHERWISE[5],
    6: _OTHERWISE[6],
    9: _WHEN_ADDING[9],
    10: ("The SMS number is unsubscribed.", "Die SMS-Nummer ist ausgetragen."),
    11: _OTHERWISE[11],
    30: _WHEN_ADDING[30],
}


def with_message(payload: Any, language: str, adding: bool) -> Any:
    """The body of a refusal with its ``error_message``, where it has a code that KlickTipp explains.

    A code 10 without a detail stays bare, as does a code of no known meaning.
    """
    if not isinstance(payload, dict) or "error" not in payload:
        return payload
    code = payload["error"]
    if "code" in payload:
        known = _DETAILS.get(payload["code"])
    else:
        known = (_WHEN_ADDING if adding and code in _WHEN_ADDING else _OTHERWISE).get(code)
    return payload | {"error_message": known[language == "de"]} if known else payload
