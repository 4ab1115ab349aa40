"""What the tests of the accounts room have in common."""

import re
import time
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Team
from integrations.audit.models import PORTAL, AuditEntry
from integrations.audit.presentation import LoggedAction
from tests.factories import PASSWORD

NEW_PASSWORD = "another-long-password"


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> Any:
    return browser.post(reverse("account_login"), {"login": email, "password": password})


def let_half_an_hour_pass(browser: Client) -> None:
    """Since the person has signed in, or confirmed that it is them."""
    session: Any = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 31 * 60
    session.save()


def is_signed_in(browser: Client) -> bool:
    """Whether the portal still takes the browser for somebody's."""
    return bool(browser.get(reverse("profile")).status_code == 200)


def log_of(team: Team | None) -> list[str]:
    """A team's log as English sentences, oldest first; the portal's own log for no team."""
    entries = AuditEntry.objects.filter(team_id=team.pk if team else PORTAL).order_by("number")
    with translation.override("en-gb"):
        return [LoggedAction([entry]).sentence for entry in entries]


def link_in(message: EmailMessage) -> str:
    """The path of the first link in a mail that is not the portal's own address."""
    found = re.search(r"http://testserver(/\S+)", str(message.body))
    assert found, message.body
    return found[1]
