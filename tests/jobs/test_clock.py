"""What the clock does about jobs that have ended."""

from datetime import timedelta
from uuid import uuid4

from django.core import mail
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Source
from integrations.clients.errand import Errand
from integrations.jobs import sentences
from integrations.jobs.forgetting import forget_old
from integrations.jobs.models import Job, JobRow, State, Worker
from integrations.jobs.telling import tell_of_ends
from integrations.jobs.worker import bury_the_dead
from tests.jobs.helpers import begin


def ended(job: Job, began_ago: timedelta, ended_ago: timedelta) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(
        state=State.ENDED, created_at=now - began_ago, ended_at=now - ended_ago, done=1
    )


def test_who_began_a_long_job_is_told_of_its_end_once(errand: Errand, owner: Membership) -> None:
    job = begin(errand, ["robin@klick-tipp.team"])
    tell_of_ends()
    ended(job, timedelta(minutes=9), timedelta(0))
    tell_of_ends()
    assert not mail.outbox

    owner.user.language = "de"
    owner.user.save()
    ended(job, timedelta(minutes=20), timedelta(minutes=1))
    tell_of_ends()
    tell_of_ends()
    (message,) = mail.outbox
    assert message.to == [owner.user.email]
    assert message.subject == "Ihr Auftrag ist abgeschlossen: Kontakte taggen, 1 von 1 erledigt"
    assert f"/log/action/{job.action}/" in message.body
    assert "Harbour Lane Coffee" in message.body


def test_nobody_who_has_left_is_told(errand: Errand, owner: Membership) -> None:
    ended(begin(errand, ["robin@klick-tipp.team"]), timedelta(minutes=20), timedelta(minutes=1))
    owner.delete()
    tell_of_ends()
    assert not mail.outbox


def test_addresses_are_removed_thirty_days_after_the_end(errand: Errand) -> None:
    old, young, running = (begin(errand, [f"robin{number}@klick-tipp.team"]) for number in range(3))
    ended(old, timedelta(days=32), timedelta(days=31))
    ended(young, timedelta(days=32), timedelta(days=29))
    forget_old()
    forget_old()
    assert JobRow.objects.get(encrypted_secret="").job == old
    assert JobRow.objects.get(job=old).label == "r•••@klick-tipp.team"
    assert set(Job.objects.filter(forgotten_at=None)) == {young, running}
    assert AuditEntry.objects.filter(sentence=sentences.ROWS_FORGOTTEN.key).count() == 1


def test_a_job_that_nobody_lets_go_on_is_stopped_after_thirty_days(errand: Errand) -> None:
    now = timezone.now()
    jobs = [begin(errand, [f"robin{number}@klick-tipp.team"]) for number in range(4)]
    paused, never_begun, of_late, new = jobs
    for job, created, turn in ((paused, 40, 31), (never_begun, 31, None), (of_late, 40, 29), (new, 29, None)):
        turn_at = now - timedelta(days=turn) if turn else None
        created_at = now - timedelta(days=created)
        Job.objects.filter(pk=job.pk).update(state=State.PAUSED, created_at=created_at, turn_at=turn_at)
    Job.objects.filter(pk=never_begun.pk).update(state=State.WAITING, kind="import")
    forget_old()
    forget_old()
    assert set(Job.objects.filter(state=State.STOPPED)) == {paused, never_begun}
    assert set(Job.objects.filter(ended_at=None)) == {of_late, new}
    assert AuditEntry.objects.filter(sentence=sentences.STOPPED.key, source=Source.SYSTEM).count() == 2

    Job.objects.exclude(ended_at=None).update(ended_at=now - timedelta(days=31))
    forget_old()
    assert set(JobRow.objects.filter(encrypted_secret="").values_list("job", flat=True)) == {paused.pk, never_begun.pk}


def test_only_workers_whose_heart_is_silent_are_buried(db: None) -> None:
    now = timezone.now()
    Worker.objects.create(id=uuid4(), host="here", pid=1, seen_at=now - timedelta(seconds=21))
    alive = Worker.objects.create(id=uuid4(), host="here", pid=2, seen_at=now - timedelta(seconds=19))
    bury_the_dead()
    assert list(Worker.objects.all()) == [alive]
