import json
import time
from http.client import HTTPException
from io import StringIO
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, Team
from integrations.audit.actors import COMMAND
from integrations.clients.explain import EXPLAINED, explain
from integrations.clients.keys import services
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Colour
from ktportal.encryption import Undecryptable

EMAIL = "demo@klick-tipp.team"
NAME = "Alex Demo"
TEAM = "Demo-Agentur"
COLOURS = (Colour.TEAL, Colour.AMBER)
PATIENCE = 30


class Command(BaseCommand):
    help = "Gives the sandbox a team with two connected client accounts. What is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("The demo is for the sandbox: set SANDBOX=1.")
        if not settings.DEMO_PASSWORD:
            raise CommandError("DEMO_PASSWORD is missing in the environment or .env.")
        offered = _sandbox_accounts()
        team = _team()
        try:
            for colour, account in zip(COLOURS, offered, strict=False):
                login = Login.by_customer_key(account["customer_key"])
                _connect(team, account["uid"], account["name"], colour, login)
        except EXPLAINED as error:
            raise CommandError(f"The demo's client accounts could not be connected: {explain(error).what}") from error
        self.stdout.write(f"Sign in as {EMAIL} with the password {settings.DEMO_PASSWORD}")


def _sandbox_accounts() -> list[dict[str, Any]]:
    """The accounts with their keys, as soon as the sandbox answers."""
    url = f"http://127.0.0.1:{settings.SANDBOX_PORT}/_sandbox/accounts"
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(url, timeout=PATIENCE) as answer:
                accounts: list[dict[str, Any]] = json.load(answer)["accounts"]
                return accounts
        except (URLError, HTTPException, TimeoutError) as error:
            if time.monotonic() > until:
                raise CommandError(f"The sandbox does not answer at {url}.") from error
            time.sleep(0.1)


def _team() -> Team:
    """The demo person's team; the person's password is `DEMO_PASSWORD`."""
    memberships = Membership.objects.filter(user__email=EMAIL).order_by("pk").select_related("team", "user")
    if not memberships.exists():
        call_command("set_member", EMAIL, team=TEAM, name=NAME, stdout=StringIO())
    membership = memberships[0]
    if not membership.user.check_password(settings.DEMO_PASSWORD):
        membership.user.set_password(settings.DEMO_PASSWORD)
        membership.user.save(update_fields=["password"])
    return membership.team


def _connect(team: Team, uid: int, name: str, colour: Colour, login: Login) -> None:
    """See to it that one client account of the team is connected to this account of the sandbox.

    A client account whose key somebody has removed in the portal stays without, and one with an API user keeps that.
    """
    account = team.accounts.filter(uid=uid).first()
    if account is None:
        tested = services.try_for_new(team, name, login, COMMAND, uuid4())
        services.add_client(team, name, colour, tested, COMMAND, uuid4())
    elif _has_other_key(account, login):
        services.store(account, services.try_for(account, login, COMMAND, uuid4()), COMMAND, uuid4())


def _has_other_key(account: ClientAccount, login: Login) -> bool:
    credential = account.credentials.shared().first()
    if credential is None or credential.is_api_user:
        return False
    try:
        return credential.login != login
    except Undecryptable:
        return True
