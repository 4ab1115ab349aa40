"""A stand-in KlickTipp service that is spoken to over HTTP, for the demo and for tests.

It is written from KlickTipp's published contract alone, imports nothing of the project and needs nothing
but the standard library. Start it with ``python -m integrations.sandbox`` or, in a test, with
``integrations.sandbox.server.SandboxServer``. ``addresses.py`` lists the addresses and numbers that cause
each error; ``DECISIONS`` below says what the sandbox does where the contract is silent.
"""

DECISIONS = (
    "A missing or wrongly typed argument is a 400; an argument that is there but empty is code 32 (email) or 406. "
    "Adding with neither address nor SMS number named is code 32 with a 401.",
    "An unknown contact is a 404 for GET, search and redirect, a 406 with a text for PUT, DELETE and unsubscribe, "
    "code 7 for tag, untag, sign out and sign off.",
    "Of SMS numbers, adding answers 9 and 11 where updating by id answers 10 with detail 9 or 11.",
    "Numbers of phone fields are kept in the 00 form too; an SMS number takes no spaces or hyphens.",
    "Digits alone in a decimal field count hundredths; a value with a dot or comma stands for itself.",
    "A tag name that is taken is refused like one that cannot be, also on renaming; before October 2026 it is a 409. "
    "Names compare without regard to case and surrounding space.",
    "The welcome series uses the first tag, which cannot be deleted.",
    "SmartTags cannot be set, removed, renamed or deleted: code 31.",
    "An unknown data field is code 8 with its name; an empty value clears a field, null leaves it as it is.",
    "A field of a phone number has the type line; the words for types are: line, paragraph, email, number, decimal, "
    "url, time, date, datetime, html.",
    "Every contact that is unsubscribed answers code 4 when it is added again; deleting a contact forgets that.",
    "Adding a subscribed contact again keeps it subscribed; a pending one becomes subscribed by single opt-in only.",
    "Another confirmation email goes to a pending contact only if the opt-in process has resendconfirmationemail.",
    "Unsubscribing by email address leaves SMS as it is. An unsubscribed contact cannot be tagged: code 9.",
    "Changing the email address of an unsubscribed contact is code 30; an address of another contact is code 507.",
    "Changing an email address to one that is blocked for good is code 10 with detail 30.",
    "Adding an SMS number that is unsubscribed is code 10 with detail 10.",
    "An unknown listbuilding key is code 100; an unknown tag of a tagged search is code 403.",
    "A code without a known meaning, and code 10 without a detail, have no error_message.",
    "A page without contacts is an empty page. A missing limit is the greatest. Cursors do not end.",
    "Contacts of every status can have changed; setting a tag that is set, or unsubscribing again, is no change. "
    "A deleted contact is not among the changed ones.",
    "A login in a session that lives is refused whatever the password; a logout by key is done.",
    "A new session cookie lacks the attribute secure, as the sandbox speaks plain HTTP.",
    "Email addresses are compared without regard to case, and domains in their IDNA form. Before the @ there is ASCII "
    "only. All dates are GMT.",
)
