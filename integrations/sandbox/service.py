"""The API itself: from a request to an answer, without faults and without the network."""

import json
import sys
import traceback
from typing import Any

from integrations.sandbox import auth, bodies, codes, php, routes
from integrations.sandbox.errors import Refusal, message
from integrations.sandbox.model import Account
from integrations.sandbox.operations import account as account_operations
from integrations.sandbox.operations import listbuilding
from integrations.sandbox.operations.call import Call
from integrations.sandbox.store import Store
from integrations.sandbox.switches import Switches
from integrations.sandbox.texts import text
from integrations.sandbox.wire import Request, Response

_ADDING = ("/subscriber", "/subscriber/signin")


def json_response(status: int, payload: Any, headers: list[tuple[str, str]] | None = None) -> Response:
    return Response(status, json.dumps(payload, separators=(",", ":")).encode(), headers=headers or [])


class Service:
    """Answers API requests from a store, as its switches say. ``handle`` may be called by many threads at once."""

    def __init__(self, store: Store, switches: Switches) -> None:
        self.store = store
        self.switches = switches

    def handle(self, request: Request, path: str) -> tuple[Response, int | None]:
        """The answer to a request for a plain path, and the uid of the account that asked, where it is known.

        Never raises: an own mistake goes to stderr, and the client gets a 500 with an empty body.
        """
        seen: list[Account] = []
        try:
            with self.store.lock:
                response = self._answer(request, path, seen)
        except Refusal as refusal:
            response = json_response(refusal.status, self._explained(refusal.payload, path, seen))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            response = Response(500)
        return _as_accepted(request, response), seen[0].uid if seen else None

    def _explained(self, payload: Any, path: str, seen: list[Account]) -> Any:
        if self.switches.before_october_2026:
            return payload
        return codes.with_message(payload, seen[0].language if seen else "en", adding=path in _ADDING)

    def _answer(self, request: Request, path: str, seen: list[Account]) -> Response:
        if path == "*" and request.method == "OPTIONS":
            return _allowed(["GET", "POST", "PUT", "DELETE"])
        found = routes.find(path)
        if found is None:
            raise message(404, "en", "no_operation")
        by_method, identifier = found
        methods = sorted(by_method)
        if request.method == "OPTIONS":
            return _allowed(methods)
        route = by_method.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            return json_response(405, text("en", "method"), [("Allow", ", ".join(methods))])

        sessid = None
        if route.auth in (routes.BY_KEY, routes.BY_SESSION):
            caller = auth.authenticate(self.store, request, ends_session=route.auth == routes.BY_SESSION)
            account, sessid = caller.account, caller.sessid
            seen.append(account)
            data = self._body(request)
        else:
            data = self._body(request)
            if route.auth == routes.FREE:
                return self._login(request, data, seen)
            account = listbuilding.account_of(self.store, data.get("apikey"))
            seen.append(account)
        call = Call(self.store, self.switches, request, account, data, identifier, sessid)
        return json_response(200, route.operation(call))

    @staticmethod
    def _body(request: Request) -> dict[str, Any]:
        if request.method not in ("POST", "PUT"):
            return {}
        try:
            return bodies.parse(request.headers.get("content-type", ""), request.body)
        except bodies.UnreadableBody as problem:
            raise Refusal(problem.status, [str(problem)]) from None

    def _login(self, request: Request, data: dict[str, Any], seen: list[Account]) -> Response:
        account, answer, cookie = account_operations.login(self.store, request, data)
        seen.append(account)
        return json_response(200, answer, [("Set-Cookie", cookie)])


def _as_accepted(request: Request, response: Response) -> Response:
    """The answer in PHP's serialize format where the request asks for it."""
    if response.body and php.MEDIA_TYPE in request.headers.get("accept", "").lower():
        response.body = php.serialize(json.loads(response.body))
        response.content_type = php.MEDIA_TYPE
    return response


def _allowed(methods: list[str]) -> Response:
    return Response(200, headers=[("Allow", ", ".join([*methods, "HEAD", "OPTIONS"]))])
