"""The addresses and what else was sent are removed some time after a job's end; what came of each row stays. A job that
does not go on for so long is ended for that."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import SYSTEM
from integrations.jobs import sentences
from integrations.jobs.kinds import KINDS, label_of
from integrations.jobs.models import Job, State
from integrations.jobs.reasons import in_log
from integrations.jobs.services import stop


def forget_old() -> None:
    """For the clock: remove the data of the rows of jobs that ended so many days ago as the settings say; stop those
    that pause, or that nobody here can do, and at which no worker has worked for as long."""
    before = timezone.now() - timedelta(days=settings.JOB_ROWS_KEPT_DAYS)
    left = Job.objects.filter(Q(state=State.PAUSED) | ~Q(kind__in=KINDS), ended_at=None, created_at__lt=before)
    for job in left.filter(Q(turn_at=None) | Q(turn_at__lt=before)):
        stop(job, SYSTEM)
    for job in Job.objects.filter(forgotten_at=None, ended_at__lt=before):
        with transaction.atomic():
            forget_rows(job)
            word = in_log(label_of(job.kind))
            events.record(sentences.ROWS_FORGOTTEN, SYSTEM, job.scope, job=word, contacts=job.total)


def forget_rows(job: Job) -> None:
    """Remove the data of a job's rows. None of them is to be sent any more."""
    job.rows.exclude(encrypted_secret="").update(encrypted_secret="")
    Job.objects.filter(pk=job.pk).update(forgotten_at=timezone.now())
