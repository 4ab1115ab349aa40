"""What the sandbox says to people, in the language of the account (API) or of the browser (pages)."""

LANGUAGES = ("en", "de")

_TEXTS: dict[str, tuple[str, str]] = {
    "denied": ("API access denied.", "API-Zugriff verweigert."),
    "wrong_login": ("Wrong username or password.", "Falscher Benutzername oder falsches Passwort."),
    "signed_in": ("You are already logged in.", "Sie sind bereits eingeloggt."),
    "not_signed_in": ("User is not logged in.", "Benutzer nicht eingeloggt."),
    "no_entity": ("There is no such entity.", "Dieser Eintrag existiert nicht."),
    "no_contact": ("The contact does not exist.", "Der Kontakt existiert nicht."),
    "no_contacts": ("There are no contacts.", "Es gibt keine Kontakte."),
    "no_operation": ("There is no such operation.", "Diese Funktion existiert nicht."),
    "method": ("Method not allowed.", "Methode nicht erlaubt."),
    "must_be_string": ('The key "{key}" must be a string.', 'Der Schlüssel "{key}" muss ein Text sein.'),
    "must_be_number": ('The key "{key}" must be a number.', 'Der Schlüssel "{key}" muss eine Zahl sein.'),
    "must_be_numbers": (
        'The key "{key}" must be a list of numbers.',
        'Der Schlüssel "{key}" muss eine Liste von Zahlen sein.',
    ),
    "must_be_mapping": (
        'The key "{key}" must be an object.',
        'Der Schlüssel "{key}" muss ein Objekt sein.',
    ),
    "filter": (
        'The key "{key}" knows only: {allowed}.',
        'Der Schlüssel "{key}" kennt nur: {allowed}.',
    ),
    "limit": (
        'The key "limit" must be a number from 1 to {most}.',
        'Der Schlüssel "limit" muss eine Zahl von 1 bis {most} sein.',
    ),
    "cursor": ('The key "cursor" is not one of this list.', 'Der Schlüssel "cursor" gehört nicht zu dieser Liste.'),
    "bulk_ids": (
        "The address takes up to {most} numeric ids, separated by commas.",
        "Die Adresse nimmt bis zu {most} numerische IDs, getrennt durch Kommas.",
    ),
    "tag_refused": ("The tag could not be created.", "Tag konnte nicht erstellt werden."),
    "tag_in_use": (
        'The tag is used by the campaign "Welcome series" and cannot be deleted.',
        "Der Tag wird von der Kampagne „Willkommensserie“ verwendet und kann nicht gelöscht werden.",
    ),
    "tag_name_taken": ("A tag with this name exists.", "Ein Tag mit diesem Namen existiert bereits."),
    "field_unknown": ("There is no such data field.", "Dieses Datenfeld existiert nicht."),
    "field_scalar": ("The value must be a text.", "Der Wert muss ein Text sein."),
    "field_line": (
        "The value must not contain line breaks.",
        "Der Wert darf keine Zeilenumbrüche enthalten.",
    ),
    "field_email": ("The value must be an email address.", "Der Wert muss eine E-Mail-Adresse sein."),
    "field_number": ("The value must be a whole number.", "Der Wert muss eine ganze Zahl sein."),
    "field_decimal": ("The value must be a decimal number.", "Der Wert muss eine Dezimalzahl sein."),
    "field_url": (
        "The value must start with http:// or https://.",
        "Der Wert muss mit http:// oder https:// beginnen.",
    ),
    "field_time": (
        "The value must be a number of seconds from 0 to 86399.",
        "Der Wert muss eine Zahl von Sekunden von 0 bis 86399 sein.",
    ),
    "field_date": ("The value must be a Unix timestamp.", "Der Wert muss ein Unix-Zeitstempel sein."),
    "field_phone": ("The value must be a phone number.", "Der Wert muss eine Telefonnummer sein."),
    "grant_title": ("Grant API access", "API-Zugriff erteilen"),
    "grant_sandbox": (
        "This is the sandbox, a stand-in for KlickTipp. No real account is touched.",
        "Dies ist die Sandbox, ein Ersatz für KlickTipp. Kein echtes Konto wird berührt.",
    ),
    "grant_intro": (
        "{username} (account {account_id}) asks for access to a KlickTipp account: to its contacts, tags,"
        " data fields "
        "and opt-in processes.",
        "{username} (Konto {account_id}) bittet um Zugriff auf ein KlickTipp-Konto: auf Kontakte, Tags, "
        "Datenfelder "
        "und Opt-in-Prozesse.",
    ),
    "grant_target": ("Afterwards you are sent back to", "Danach geht es zurück zu"),
    "grant_which": ("Which account grants access?", "Welches Konto erteilt den Zugriff?"),
    "grant_button": ("Grant access", "Zugriff erteilen"),
    "grant_refuse": ("Refuse", "Ablehnen"),
    "grant_refused": (
        "Access was refused. Nothing was sent; you can close this page.",
        "Der Zugriff wurde abgelehnt. Es wurde nichts gesendet; diese Seite kann geschlossen werden.",
    ),
    "grant_unknown_operator": (
        "There is no account with this number that could be granted access.",
        "Es gibt kein Konto mit dieser Nummer, dem Zugriff erteilt werden könnte.",
    ),
    "grant_no_redirect": (
        "The address ends in ?url=<redirect>, where the redirect starts with http:// or https:// and is not "
        "percent-encoded.",
        "Die Adresse endet auf ?url=<Ziel>; das Ziel beginnt mit http:// oder https:// und ist nicht prozentkodiert.",
    ),
    "grant_no_account": ("Choose one of the accounts.", "Wählen Sie eines der Konten."),
}


def text(language: str, key: str, /, **values: object) -> str:
    """The sentence named by key in "en" or "de", with the values filled in."""
    return _TEXTS[key][1 if language == "de" else 0].format(**values)
