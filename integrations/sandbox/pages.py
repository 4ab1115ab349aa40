"""The sandbox's own HTML pages: what it is, and the stand-in for KlickTipp's grant page."""

import re
from html import escape

from integrations.sandbox import DECISIONS, addresses
from integrations.sandbox.seed import SPECIAL_CONTACTS
from integrations.sandbox.store import Store
from integrations.sandbox.switches import HELP
from integrations.sandbox.texts import text

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
.notice { border-left: .25rem solid #b7791f; padding: .25rem .75rem; }
fieldset { border: 1px solid #8888; border-radius: .4rem; margin: 1.5rem 0; }
label { display: block; padding: .35rem 0; }
button { font: inherit; padding: .5rem 1.25rem; border: 0; border-radius: .4rem; }
button { background: #1d5fbf; color: #fff; }
button:focus-visible, a:focus-visible { outline: 3px solid #e0a000; outline-offset: 2px; }
.actions a { margin-left: 1rem; }
#refused { display: none; }
#refused:target { display: block; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; }
"""

_CONTROLS = (
    ("GET accounts", "every account's credentials, and the operator's"),
    ("GET contacts?uid=<uid>", "contact key and time of the last change of every contact"),
    ("GET requests", "the calls received, newest last; ?since=<number> for the later ones"),
    (
        "POST faults",
        "a fault as JSON: times or always; path, method; delay_ms, status, body, headers, content_type, "
        "close (before, after), cut, drip_ms, handle",
    ),
    ("GET faults, DELETE faults", "the faults that wait; forget them"),
    ("GET switches", "in which forms the API answers"),
    ("POST switches", 'turn some of them: {"unix_dates": true}'),
    ("POST reset", "data and switches back to the start, requests and faults forgotten, credentials kept"),
    ("POST expire-sessions", "end every session"),
    ("POST confirm", 'click the confirmation link: {"uid": …, "email": "…"}'),
    ("GET grantapiaccess/<account id>?url=<redirect>", "the stand-in for KlickTipp's grant page"),
)
_ADDRESSES = (
    *((f"{name}@", f"code {code}") for name, code in addresses.MAGIC_LOCAL_PARTS.items()),
    ("anybody else @example.com", "a bare code 10: blocked for good"),
    ("error-<code>@, error-10-<detail>@", "that code, for every operation that takes an email address"),
    ("+4915100000010", "an unsubscribed SMS number: code 10, detail 10"),
)


def language_of(accept_language: str) -> str:
    """ "de" if German is preferred to English in an Accept-Language header, else "en"."""
    best, best_quality = "en", 0.0
    for wish in accept_language.lower().split(","):
        name, _, parameters = wish.strip().partition(";")
        quality = re.search(r"q=([0-9.]+)", parameters)
        try:
            weight = float(quality[1]) if quality else 1.0
        except ValueError:
            weight = 0.0
        if name[:2] in ("en", "de") and weight > best_quality:
            best, best_quality = name[:2], weight
    return best


def page(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/_sandbox/style.css"></head>'
        f"<body><main><h1>{escape(title)}</h1>\n{body}</main></body></html>\n"
    )


def _rows(pairs: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"<tr><td><code>{escape(a)}</code></td><td>{escape(b)}</td></tr>" for a, b in pairs)


def home() -> str:
    """What the sandbox is, its controls, its magic addresses and its decisions."""
    decisions = "".join(f"<li>{escape(decision)}</li>" for decision in DECISIONS)
    return page(
        "en",
        "KlickTipp sandbox",
        "<p>A stand-in for the KlickTipp API on this machine. No real account is touched, no email is sent. "
        "The API answers at the root of this address.</p>"
        f"<h2>Under <code>/_sandbox/</code></h2><table>{_rows(_CONTROLS)}</table>"
        f"<h2>Switches</h2><table>{_rows(tuple(HELP.items()))}</table>"
        f"<h2>Addresses that cause an error</h2><table>{_rows(_ADDRESSES)}</table>"
        f"<h2>Contacts in a special state</h2><table>{_rows(SPECIAL_CONTACTS)}</table>"
        f"<h2>Where the contract is silent</h2><ul>{decisions}</ul>",
    )


def message(language: str, key: str) -> str:
    return page(language, text(language, "grant_title"), f"<p>{escape(text(language, key))}</p>")


def grant(language: str, store: Store, redirect: str) -> str:
    """The form on which the owner of an account grants the operator access to it."""
    operator = store.operator
    choices = "".join(
        f'<label><input type="radio" name="uid" value="{account.uid}"{" checked" if first else ""} required> '
        f"{escape(account.profile.name)} ({escape(account.profile.main_username)}, {account.uid})</label>"
        for first, account in ((number == 0, account) for number, account in enumerate(store.accounts.values()))
    )
    intro = text(language, "grant_intro", username=operator.username, account_id=operator.account_id)
    return page(
        language,
        text(language, "grant_title"),
        f'<p class="notice">{escape(text(language, "grant_sandbox"))}</p>'
        f"<p>{escape(intro)}</p>"
        f"<p>{escape(text(language, 'grant_target'))} <code>{escape(redirect)}</code></p>"
        f'<form method="post"><fieldset>'
        f"<legend>{escape(text(language, 'grant_which'))}</legend>{choices}</fieldset>"
        f'<p class="actions"><button type="submit">{escape(text(language, "grant_button"))}</button>'
        f'<a href="#refused">{escape(text(language, "grant_refuse"))}</a></p></form>'
        f'<p id="refused" role="status">{escape(text(language, "grant_refused"))}</p>',
    )
