"""The log. Its rows carry no foreign keys: people, teams and client accounts can go, the log stays as it was."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

PORTAL = 0
"""The team number of what belongs to no team, such as a failed sign-in with an unknown address."""


class Outcome(models.TextChoices):
    PENDING = "pending", _("under way")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed, nothing was changed")
    UNKNOWN = "unknown", _("not known whether it happened")


NOT_DONE = (Outcome.REFUSED, Outcome.FAILED)
"""The outcomes of what surely did not happen."""


class Kind(models.TextChoices):
    READ = "read", _("read")
    CHANGE = "change", _("change")
    EVENT = "event", _("portal event")


class Source(models.TextChoices):
    PAGE = "page", _("page")
    JOB = "job", _("background job")
    COMMAND = "command", _("command")
    SYSTEM = "system", _("portal")


class KeyOwner(models.TextChoices):
    SHARED = "shared", _("the client's shared key")
    OWN = "own", _("the person's own key")
    LISTBUILDING = "listkey", _("a listbuilding key")


class AuditEntry(models.Model):
    """One HTTP attempt towards KlickTipp, or one event in the portal.

    Written as pending before a request leaves and finished once; the database refuses any other change (see
    `triggers`). `action` groups the calls of one intention of a person, `call` the attempts of one call.
    """

    FINISH_COLUMNS = ("outcome", "duration", "status", "code", "detail", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    team_id = models.BigIntegerField()
    number = models.BigIntegerField()

    action = models.UUIDField()
    sentence = models.CharField(max_length=60)
    parameters = models.JSONField(default=dict)
    call = models.UUIDField()
    attempt = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=200, blank=True)

    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=400)
    account_id = models.BigIntegerField(null=True)
    account_label = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    ip = models.GenericIPAddressField(null=True)
    key_last_four = models.CharField(max_length=4, blank=True)
    key_owner = models.CharField(max_length=10, choices=KeyOwner.choices, blank=True)

    kind = models.CharField(max_length=10, choices=Kind.choices)
    operation = models.CharField(max_length=40, blank=True)
    method = models.CharField(max_length=10, blank=True)
    path = models.CharField(max_length=500, blank=True)
    request = models.JSONField(default=dict)
    started_at = models.DateTimeField()

    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    duration = models.DurationField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.IntegerField(null=True)
    detail = models.IntegerField(null=True)
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "number"], name="audit_number_in_team"),
            models.UniqueConstraint(fields=["call", "attempt"], name="audit_attempt_of_call"),
        ]
        indexes = [
            models.Index(fields=["team_id", "action", "number"], name="audit_action"),
            models.Index(fields=["team_id", "account_id", "number"], name="audit_account"),
            models.Index(fields=["started_at"], name="audit_pending", condition=models.Q(outcome=Outcome.PENDING)),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.number} {self.operation or self.sentence}: {self.outcome}"


class SubjectKind(models.TextChoices):
    EMAIL = "email", _("email address")
    SMS = "sms", _("SMS number")
    CONTACT = "contact", _("contact ID")


class AuditSubject(models.Model):
    """Whom an entry is about: a label for people and a keyed hash to search by. Insert-only."""

    entry_id = models.UUIDField()
    team_id = models.BigIntegerField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    label = models.CharField(max_length=254)
    hash = models.CharField(max_length=64)
    key_version = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["team_id", "hash", "number"], name="audit_subject_hash"),
            models.Index(fields=["entry_id"], name="audit_subject_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


class RetentionRecord(models.Model):
    """Says that a team's entries up to a number may be removed. Insert-only; without one nothing can be deleted."""

    team_id = models.BigIntegerField()
    through_number = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    actor_label = models.CharField(max_length=400)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"team {self.team_id} through {self.through_number}: {self.reason}"


class AuditCounter(models.Model):
    """The last entry number that a team has used."""

    team_id = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"team {self.team_id}: {self.last}"
