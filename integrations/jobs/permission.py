"""Whether a job may go on: asked anew before each claim, as roles, keys and clients change while it runs."""

from __future__ import annotations

from accounts.models import Membership
from integrations.audit.actors import Actor
from integrations.audit.models import Source
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.jobs.kinds import KINDS
from integrations.jobs.models import Job
from integrations.jobs.reasons import CLIENT_REMOVED, NO_LONGER_ALLOWED
from integrations.messages import Obstacle


class NotPermitted(Exception):
    """The job must not go on for this `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def errand_of(job: Job) -> Errand:
    """What a worker knows of the client account and of who began the job. Raises `NotPermitted` where the client has
    gone, the person may not do it any more, or there is no key."""
    account = ClientAccount.objects.select_related("team").filter(team=job.team_id, pk=job.account_id).first()
    if account is None:
        raise NotPermitted(CLIENT_REMOVED)
    memberships = Membership.objects.current().select_related("user")
    membership = memberships.filter(team=job.team_id, user=job.actor_id).first()
    if membership is None or not membership.may(KINDS[job.kind].capability):
        raise NotPermitted(NO_LONGER_ALLOWED)
    if not ClientAccount.objects.visible_to(membership).filter(pk=account.pk).exists():
        raise NotPermitted(NO_LONGER_ALLOWED)
    user = membership.user
    errand = Errand(account, Actor(str(user), user.pk, Source.JOB, email=user.email))
    if errand.credential is None:
        raise NotPermitted(Obstacle.NOT_CONNECTED)
    return errand


def is_still_so(errand: Errand, job: Job) -> bool:
    """Whether the job may go on with the credential that signs its calls."""
    try:
        now = errand_of(job)
    except NotPermitted:
        return False
    before, after = errand.credential, now.credential
    if before is None or after is None:
        return False
    return (before.pk, before.encrypted_secret) == (after.pk, after.encrypted_secret)
