"""What the tests of the members room have in common."""

import re
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Team


def url(name: str, team: Team, **arguments: Any) -> str:
    return reverse(name, kwargs={"team": team.slug, **arguments})


def send(browser: Client, name: str, member: Membership, **typed: Any) -> Any:
    """Send one of the forms of a member's page."""
    return browser.post(url(name, member.team, member=member.pk), typed)


def invite(browser: Client, team: Team, email: str = "kim@example.com", **changes: Any) -> Any:
    typed = {"email": email, "role": "editor", "sees": "all"} | changes
    return browser.post(url("member_invite", team), typed)


def link_in(message: EmailMessage) -> str:
    """The path of the invitation in a mail."""
    found = re.search(r"https?://[^/]+(/invitations/\S+/)", str(message.body))
    assert found, message.body
    return found[1]
