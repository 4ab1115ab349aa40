"""Everything under ``/_sandbox/``: credentials, what was received, faults, reset and the grant page.

Only pages and programs of this machine may use it: a foreign Host or Origin is refused, so that no web page
can read the credentials through a browser.
"""

import json
import re
import sys
import traceback
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from integrations.sandbox import bodies, pages
from integrations.sandbox.faults import FaultBox, FaultError
from integrations.sandbox.model import Account
from integrations.sandbox.operations.contacts import confirm
from integrations.sandbox.requestlog import RequestLog
from integrations.sandbox.service import json_response
from integrations.sandbox.store import Store
from integrations.sandbox.switches import SwitchError, Switches
from integrations.sandbox.wire import HTML_TYPE, Request, Response

PREFIX = "/_sandbox"
_LOOPBACK = re.compile(r"(https?://)?(127(\.[0-9]{1,3}){3}|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_CSP = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class Control:
    """Answers control requests. ``handle`` may be called by many threads at once."""

    def __init__(self, store: Store, log: RequestLog, faults: FaultBox, switches: Switches) -> None:
        self.store = store
        self.log = log
        self.faults = faults
        self.switches = switches
        self._started_with = asdict(switches)

    def handle(self, request: Request) -> Response:
        for name in ("host", "origin"):
            given = request.headers.get(name)
            if given is not None and not _LOOPBACK.fullmatch(given):
                return _problem(403, f"The {name} is not this machine.")
        try:
            return self._answer(request)
        except (bodies.UnreadableBody, FaultError, SwitchError) as problem:
            return _problem(400, str(problem))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Response(500)

    def _answer(self, request: Request) -> Response:
        name = request.path.removeprefix(PREFIX).strip("/")
        method = "GET" if request.method == "HEAD" else request.method
        if name.startswith("grantapiaccess/"):
            return self._grant(request, method, name.removeprefix("grantapiaccess/"))
        actions = {
            ("", "GET"): lambda: _page(200, pages.home()),
            ("style.css", "GET"): lambda: Response(200, pages.STYLE.encode(), "text/css; charset=utf-8"),
            ("accounts", "GET"): lambda: json_response(200, self.credentials()),
            ("contacts", "GET"): lambda: self._contacts(request),
            ("requests", "GET"): lambda: self._requests(request),
            ("faults", "GET"): lambda: json_response(200, {"faults": self.faults.describe()}),
            ("faults", "POST"): lambda: self._add_fault(request),
            ("faults", "DELETE"): self._clear_faults,
            ("switches", "GET"): lambda: json_response(200, asdict(self.switches)),
            ("switches", "POST"): lambda: self._switch(request),
            ("reset", "POST"): self._reset,
            ("expire-sessions", "POST"): lambda: json_response(200, {"ended": self.store.end_sessions()}),
            ("confirm", "POST"): lambda: self._confirm(request),
        }
        action = actions.get((name, method))
        if action:
            return action()
        allowed = [known_method for known, known_method in actions if known == name]
        if not allowed:
            return _problem(404, "There is no such page; see /_sandbox/.")
        response = _problem(405, f"This takes {', '.join(allowed)}.")
        response.headers.append(("Allow", ", ".join(allowed)))
        return response

    def credentials(self) -> dict[str, Any]:
        """The answer of ``GET accounts``."""
        with self.store.lock:
            return {
                "operator": dict(vars(self.store.operator)),
                "accounts": [
                    {
                        "uid": account.uid,
                        "name": account.profile.name,
                        "username": account.profile.username,
                        "password": account.profile.password,
                        "customer_key": account.profile.customer_key,
                        "listbuilding_key": account.profile.listbuilding_key,
                        "listbuilding_tag_id": account.listbuilding_tag_id,
                        "listbuilding_listid": account.listbuilding_listid,
                        "language": account.language,
                        "tier": account.profile.tier,
                        "confirmation_emails": account.confirmation_emails,
                        "field_types": {field.key: field.type for field in account.fields.values()},
                        "smart_tags": {tag.name: tag.id for tag in account.tags.values() if tag.smart},
                    }
                    for account in self.store.accounts.values()
                ],
            }

    def _contacts(self, request: Request) -> Response:
        """What the API does not tell of an account's contacts: by id, the contact key and the last change."""
        with self.store.lock:
            account = self._account(parse_qs(request.query).get("uid", [""])[-1])
            if account is None:
                return _problem(404, "There is no such account.")
            known = account.contacts.values()
            return json_response(200, {str(each.id): {"key": each.key, "changed": each.changed} for each in known})

    def _switch(self, request: Request) -> Response:
        with self.store.lock:
            self.switches.set(_json(request))
        return json_response(200, asdict(self.switches))

    def _requests(self, request: Request) -> Response:
        since = parse_qs(request.query).get("since", ["0"])[-1]
        if not re.fullmatch(r"[0-9]{1,18}", since):
            return _problem(400, '"since" must be a number of a request.')
        return json_response(200, {"requests": self.log.since(int(since))})

    def _add_fault(self, request: Request) -> Response:
        return json_response(201, self.faults.add(_json(request)))

    def _clear_faults(self) -> Response:
        self.faults.clear()
        return json_response(200, {"faults": []})

    def _reset(self) -> Response:
        self.reset()
        return json_response(200, {"reset": True})

    def reset(self) -> None:
        """Data and switches back to the start, requests and faults forgotten, sessions ended, credentials kept."""
        self.faults.clear()
        self.switches.set(self._started_with)
        self.store.reset()
        self.log.clear()

    def _confirm(self, request: Request) -> Response:
        wanted = _json(request)
        with self.store.lock:
            account = self._account(wanted.get("uid"))
            contact = account.contact_by_email(str(wanted.get("email", ""))) if account else None
            if account is None or contact is None:
                return _problem(404, "There is no such contact.")
            changed = confirm(contact)
            if changed:
                self.store.touch_contact(account, contact)
        return json_response(200, {"confirmed": changed})

    def _account(self, uid: object) -> Account | None:
        return next((found for found in self.store.accounts.values() if str(found.uid) == str(uid)), None)

    def _grant(self, request: Request, method: str, account_id: str) -> Response:
        """Shows the grant page, or (POST) sends the browser back with the chosen account's customer key.

        The redirect is the raw rest of the query after ``url=``: KlickTipp takes it without percent-decoding.
        """
        language = pages.language_of(request.headers.get("accept-language", ""))
        if account_id != self.store.operator.account_id:
            return _page(404, pages.message(language, "grant_unknown_operator"))
        redirect = request.query.removeprefix("url=") if request.query.startswith("url=") else ""
        if not redirect.lower().startswith(("http://", "https://")):
            return _page(400, pages.message(language, "grant_no_redirect"))
        if method == "GET":
            return _page(200, pages.grant(language, self.store, redirect))
        if method != "POST":
            return _problem(405, "This takes GET, POST.")
        data = bodies.parse(request.headers.get("content-type", ""), request.body)
        account = self._account(data.get("uid"))
        if account is None:
            return _page(400, pages.message(language, "grant_no_account"))
        response = Response(302, content_type=HTML_TYPE)
        response.headers.append(("Location", f"{redirect}{account.profile.customer_key}"))
        response.headers.append(("Cache-Control", "no-store"))
        return response


def _json(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise FaultError("The request body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise FaultError("The request body must be a JSON object.")
    return value


def _problem(status: int, problem: str) -> Response:
    return json_response(status, {"error": problem})


def _page(status: int, html: str) -> Response:
    return Response(
        status,
        html.encode(),
        HTML_TYPE,
        [
            ("Content-Security-Policy", _CSP),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
