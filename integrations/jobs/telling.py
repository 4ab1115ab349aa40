"""Mails who began a long job once it has ended."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Membership, User
from accounts.validation import has_web_address
from integrations.jobs.kinds import label_of
from integrations.jobs.models import Job

LONG: Final = timedelta(minutes=10)
"""Who began a job that took longer does not wait for it any more."""
_TOLD_FOR: Final = timedelta(days=1)


def tell_of_ends() -> None:
    """For the clock: tell of each long job that has ended once, if who began it is still in the team."""
    now = timezone.now()
    ended = Job.objects.filter(told_at=None, ended_at__gt=now - _TOLD_FOR)
    for job in ended.filter(ended_at__gt=F("created_at") + LONG).select_related("team"):
        if Job.objects.filter(pk=job.pk, told_at=None).update(told_at=now):
            members = Membership.objects.current().filter(team=job.team, user=job.actor_id)
            if membership := members.select_related("user").first():
                _mail(job, membership.user)


def _mail(job: Job, person: User) -> None:
    client = job.account_label
    context = {
        "job": job,
        "what": label_of(job.kind),
        "client": "" if has_web_address(client) else client,
        "log": settings.PORTAL_URL + reverse("log_action", args=[job.team.slug, job.action]),
    }
    with override(person.language or settings.LANGUAGE_CODE):
        subject, body = (render_to_string(f"jobs/email/ended_{part}.txt", context) for part in ("subject", "message"))
    EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[person.email]).send()
