"""What becomes of jobs when their client account is removed."""

from django.dispatch import receiver

from integrations.audit.actors import Actor
from integrations.clients.models import ClientAccount
from integrations.clients.signals import client_removed
from integrations.jobs.forgetting import forget_rows
from integrations.jobs.models import Job
from integrations.jobs.services import stop


@receiver(client_removed)
def _client_goes(account: ClientAccount, actor: Actor, **_: object) -> None:
    for job in Job.objects.filter(team=account.team_id, account_id=account.pk, forgotten_at=None):
        stop(job, actor)
        forget_rows(job)
