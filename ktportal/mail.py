"""Mail leaves in the background: no page waits for a mail server.

`Queued` is what Django's mail functions use; the worker then delivers by `MAIL_DELIVERY`, as `EMAIL_URL` says. Until
then a message, which may hold a link that is a key, is kept encrypted.
"""

import json
import logging
import sys
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.filebased import EmailBackend
from django.dispatch import Signal
from django.utils import timezone
from django_tasks import task
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ktportal.encryption import decrypt, encrypt

QUEUE = "mail"
PAUSES = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)]
"""Between the attempts to deliver a message."""

_ENDED_AFTER = timedelta(minutes=5)
_KEPT_FOR = timedelta(hours=1)

logger = logging.getLogger(__name__)

mail_failed = Signal()
"""Sent with `message` once it has been given up."""


class Queued(BaseEmailBackend):
    """For messages of text alone, which all of the portal's are."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            written = {
                "subject": str(message.subject),
                "body": str(message.body),
                "from_email": message.from_email,
                "to": message.to,
                "headers": message.extra_headers,
            }
            deliver.enqueue(encrypt(json.dumps(written), QUEUE))
        return len(email_messages)


@task(queue_name=QUEUE, priority=10)
def deliver(sealed: str, attempt: int = 1) -> None:
    """Give a message to the mail server; where that fails, once more after each of `PAUSES`."""
    message = EmailMessage(**json.loads(decrypt(sealed, QUEUE)))
    try:
        get_connection(settings.MAIL_DELIVERY).send_messages([message])
    except (SMTPException, OSError) as error:
        if attempt <= len(PAUSES):
            logger.warning("Mail was not delivered (%s); attempt %s follows.", type(error).__name__, attempt + 1)
            deliver.using(run_after=timezone.now() + PAUSES[attempt - 1]).enqueue(sealed, attempt + 1)
        else:
            logger.exception("Mail was not delivered in %s attempts and is given up.", attempt)
            mail_failed.send(None, message=message)


def free_interrupted() -> None:
    """For the clock: what a worker was delivering when it was killed is delivered by the next."""
    begun = DBTaskResult.objects.filter(queue_name=QUEUE, status=TaskResultStatus.RUNNING)
    begun.filter(started_at__lt=timezone.now() - _ENDED_AFTER).update(status=TaskResultStatus.READY)


def forget_delivered() -> None:
    """For the clock: strangers can have rows written by asking for links, so what has been done is soon forgotten."""
    done = DBTaskResult.objects.filter(queue_name=QUEUE, status=TaskResultStatus.SUCCESSFUL)
    done.filter(finished_at__lt=timezone.now() - _KEPT_FOR).delete()


class FileAndTerminal(EmailBackend):
    """Mail of the demo: every message goes to a file under `var/mail` and to the terminal."""

    def write_message(self, message: EmailMessage) -> None:
        super().write_message(message)
        sys.stdout.write(f"\n{message.message().as_string()}\n")
        sys.stdout.flush()
