"""A sign-in in several steps ends where it has begun: at the same password, before all sessions were ended."""

from typing import Any

from allauth.account.stages import LoginStage
from django.http import HttpRequest, HttpResponse


class SameSignIn(LoginStage):
    """The last step. It keeps what the person's sessions are good for from the first step on, and compares it."""

    key = "same_sign_in"

    def __init__(self, controller: Any, request: HttpRequest, login: Any) -> None:
        super().__init__(controller, request, login)
        if login.user:
            self.state.setdefault("began_with", login.user.get_session_auth_hash())

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user and self.state["began_with"] != user.get_session_auth_hash():
            return self.abort(), False
        return None, True
