"""Work on many contacts in the background. The row is the truth: what has become of it stands there alone."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from integrations.audit.recorder import Scope
from ktportal.encryption import decrypt


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")
    ENDED = "ended", _("ended")


CAN_GO = (State.WAITING, State.RUNNING)
"""Rows of such a job may be worked on."""


class RowState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    CLAIMED = "claimed", _("taken by a worker")
    BEGUN = "begun", _("under way")
    DONE = "done", _("done")
    REJECTED = "rejected", _("not accepted by KlickTipp")
    FAILED = "failed", _("not sent")
    STOPPED = "stopped", _("stopped")
    UNCLEAR = "unclear", _("unclear: please check")


HELD = (RowState.CLAIMED, RowState.BEGUN)
ENDS = (RowState.DONE, RowState.REJECTED, RowState.FAILED, RowState.STOPPED, RowState.UNCLEAR)
TROUBLED = (RowState.REJECTED, RowState.FAILED, RowState.UNCLEAR)


class Job(models.Model):
    """One action of the log on many contacts of a client account, which may be removed while it runs.

    action: its id in the log
    parameters: what is the same for all rows, such as the tags by their ids and names
    reason: why it is paused, as the problem's key; "" where somebody has done so
    resumes_at: when a pause ends by itself
    done, rejected, failed, stopped, unclear: how many rows have ended so
    in_a_row: how many answers in a row told of trouble that is not the row's, and pauses that KlickTipp asked for
    turn_at: when a worker has begun with it last
    measured_at, measured_ended: how many rows had ended at a moment a while ago
    told_at: when who began it was told of its end; forgotten_at: when the data of its rows was removed
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="jobs")
    account_id = models.BigIntegerField()
    account_label = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    action = models.UUIDField(unique=True)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=400)
    parameters = models.JSONField(default=dict)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)
    resumes_at = models.DateTimeField(null=True)
    in_a_row = models.PositiveIntegerField(default=0)

    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)
    unclear = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(db_default=Now())
    turn_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    measured_at = models.DateTimeField(null=True)
    measured_ended = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["team", "account_id", "-id"], name="jobs_of_client"),
            models.Index(fields=["team", "-turn_at"], name="jobs_turn_of_team"),
            models.Index(fields=["account_id", "-turn_at"], name="jobs_turn_of_client"),
            models.Index(fields=["id"], name="jobs_unfinished", condition=models.Q(ended_at=None)),
            models.Index(fields=["ended_at"], name="jobs_remembered", condition=models.Q(forgotten_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.account_label}"

    @property
    def scope(self) -> Scope:
        return Scope(self.team_id, self.account_id, self.account_label)

    @property
    def ended(self) -> int:
        """How many rows have ended, however."""
        return self.done + self.rejected + self.failed + self.stopped + self.unclear

    @property
    def left(self) -> int:
        return self.total - self.ended


def purpose_of_rows(job: Job) -> str:
    """What the data of a job's rows is encrypted for."""
    return f"rows of job {job.action}"


class JobRow(models.Model):
    """One contact of a job, and what has become of it.

    encrypted_secret: the address and what else is to be sent, as JSON; "" once it has been removed
    label, hash: of the address, as the log knows people
    worker: who holds it while it is claimed or begun
    entry: the log's, of the last attempt of its calls; attempts: how many of them the log has
    tries: how often it was put back because of trouble that can pass
    in_doubt: a call for it has left, and nothing is known of its end
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="rows", db_index=False)
    place = models.PositiveIntegerField()
    encrypted_secret = models.TextField(blank=True)
    label = models.CharField(max_length=254)
    hash = models.CharField(max_length=64)
    contact_id = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.WAITING)
    code = models.IntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    worker = models.UUIDField(null=True)
    entry = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    in_doubt = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "place"], name="jobs_row_place")]
        indexes = [
            models.Index(fields=["job", "place"], name="jobs_row_waiting", condition=models.Q(state=RowState.WAITING)),
            models.Index(fields=["worker"], name="jobs_row_held", condition=models.Q(worker__isnull=False)),
            models.Index(
                fields=["job", "state", "reason", "code"],
                name="jobs_row_troubled",
                condition=models.Q(state__in=TROUBLED),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def team(self) -> Team:
        return self.job.team

    @property
    def purpose(self) -> str:
        return purpose_of_rows(self.job)

    @property
    def data(self) -> dict[str, Any]:
        """What is to be sent. Raises `Undecryptable`."""
        return dict(json.loads(decrypt(self.encrypted_secret, self.purpose)))


class Worker(models.Model):
    """A process that works on jobs, for as long as its heart beats.

    account_id, seats: the client account that it works for, and how many calls at once it may make there
    """

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    account_id = models.BigIntegerField(null=True)
    seats = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["account_id"], name="jobs_worker_account")]

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}"


class Pace(models.Model):
    """How fast the jobs of a client account may go, for all workers.

    until: no call begins before, as KlickTipp has asked for a pause
    at_once: so many calls at most, as KlickTipp was busy with more; None for as many as the settings say
    """

    account_id = models.BigIntegerField(primary_key=True)
    until = models.DateTimeField(null=True)
    at_once = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"client account {self.account_id}"
