"""Mail by the queue, delivered by the worker."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import send_mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ktportal.mail import PAUSES, free_interrupted, mail_failed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def mail_by_queue(settings: Any, task_queue: None) -> None:
    settings.MAIL_DELIVERY = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "ktportal.mail.Queued"


def work() -> None:
    call_command("worker", batch=True, verbosity=0)


def send() -> None:
    send_mail("Subject", "A link that is a key", "portal@example.com", ["kim@example.com"])


def test_the_worker_delivers_what_pages_send() -> None:
    send()
    assert mail.outbox == []
    work()
    (message,) = mail.outbox
    assert (message.subject, message.body, message.to) == ("Subject", "A link that is a key", ["kim@example.com"])


def test_nothing_of_a_message_can_be_read_in_the_queue() -> None:
    send()
    kept = str(DBTaskResult.objects.values().get())
    assert "kim@example.com" not in kept
    assert "link" not in kept


def test_a_mail_server_that_fails_is_tried_again_with_pauses_and_then_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any) -> None:
        raise SMTPServerDisconnected

    given_up: list[Any] = []
    mail_failed.connect(lambda **told: given_up.append(told["message"].to), weak=False, dispatch_uid="test")
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    send()
    for _ in range(len(PAUSES) + 1):
        assert given_up == []
        DBTaskResult.objects.update(run_after=timezone.now())
        work()

    mail_failed.disconnect(dispatch_uid="test")
    assert given_up == [["kim@example.com"]]
    assert DBTaskResult.objects.count() == len(PAUSES) + 1


def test_what_a_killed_worker_was_delivering_is_delivered_by_the_next() -> None:
    send()
    DBTaskResult.objects.get().claim("a worker that was killed")
    free_interrupted()
    work()
    assert mail.outbox == []

    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(minutes=6))
    free_interrupted()
    work()
    assert len(mail.outbox) == 1
