"""Mails the newest checkpoints every day to whom a team has chosen: kept elsewhere, they tell of a rewritten past."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override

from accounts.models import Team
from accounts.validation import has_web_address
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.models import EntryCounter
from integrations.audit.proof import sentences
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import EVERY_LOG, Recipient
from integrations.audit.proof.signed import is_signed
from integrations.audit.recorder import Scope
from integrations.audit.sentences import Sentence

MOST_RECIPIENTS = 20


class TooMany(Exception):
    """The team has as many recipients as it may have."""


class AlreadyThere(Exception):
    """The address gets these checkpoints."""


def add_recipient(team: Team, email: str, account_id: int, account_label: str, actor: Actor) -> Recipient:
    """Have the newest checkpoints of all logs (`EVERY_LOG`), or of one client account's, mailed to an address. Raises
    `TooMany` and `AlreadyThere`."""
    try:
        with transaction.atomic():
            Team.objects.select_for_update().get(pk=team.pk)
            if team.log_recipients.count() >= MOST_RECIPIENTS:
                raise TooMany
            recipient = team.log_recipients.create(
                email=email, account_id=account_id, language=get_language() or "", added_by=actor.label
            )
            _log(sentences.RECIPIENT_ADDED, recipient, account_label, actor)
    except IntegrityError:
        raise AlreadyThere from None
    return recipient


def remove_recipient(recipient: Recipient, account_label: str, actor: Actor) -> None:
    with transaction.atomic():
        _log(sentences.RECIPIENT_REMOVED, recipient, account_label, actor)
        recipient.delete()


def _log(sentence: Sentence, recipient: Recipient, account_label: str, actor: Actor) -> None:
    scope = Scope(recipient.team_id, recipient.account_id or None, account_label)
    events.record(sentence, actor, scope, person=recipient.email)


def mail_checkpoints() -> int:
    """For the clock, once a day: mail each recipient the newest checkpoints; returns how many mails there are.

    They come every day, whether something was done or not: that one is missing is to be noticed.
    """
    sent = 0
    for recipient in Recipient.objects.select_related("team").order_by("team_id", "pk"):
        notes, stopped = _newest(recipient)
        if notes or stopped:
            _mail(recipient, notes, stopped)
            sent += 1
    return sent


def _newest(recipient: Recipient) -> tuple[list[str], list[str]]:
    """The newest notes, and the names of the logs whose newest one the portal has not signed: that is not mailed."""
    counters = EntryCounter.objects.filter(team_id=recipient.team_id).order_by("account_id")
    if recipient.account_id != EVERY_LOG:
        counters = counters.filter(account_id=recipient.account_id)
    logs = [Log(recipient.team_id, account_id) for account_id in counters.values_list("account_id", flat=True)]
    rows = [(log.origin, newest) for log in logs if (newest := log.newest())]
    stopped = [origin for origin, newest in rows if not is_signed(newest)]
    return [newest.note for origin, newest in rows if origin not in stopped], stopped


def _mail(recipient: Recipient, notes: list[str], stopped: list[str]) -> None:
    team = recipient.team
    context = {
        "team": team.slug if has_web_address(team.name) else team.name,
        "notes": notes,
        "stopped": stopped,
        "check": settings.PORTAL_URL + reverse("log_proof_check", args=[team.slug]),
        "portal": settings.PORTAL_URL,
    }
    with override(recipient.language):
        subject, body = (
            render_to_string(f"audit/proof/email/checkpoints_{part}.txt", context) for part in ("subject", "message")
        )
    EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[recipient.email]).send()
