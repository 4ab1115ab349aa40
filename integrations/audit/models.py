"""The log. Its rows carry no foreign keys: people, teams and client accounts can go, the log stays as it was.

Entries are the truth. Lines are for reading: one for each action, made of its entries.
"""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.phone_numbers import readable_masked

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

PARTLY = "partly"
"""The outcome of an action of which a part was done and another not."""

NOT_WELL = (*NOT_DONE, Outcome.UNKNOWN, PARTLY)
"""The outcomes of actions that have ended and were not, or not for certain, done as a whole."""

OUTCOMES = {**dict(Outcome.choices), PARTLY: _("partly done")}
"""The outcomes of actions, in the words of readers."""


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
    `triggers`). `action` groups the calls of one intention of a person, `call` the attempts of one call. `number`
    counts the entries of the team, `account_number` those of the client account, both without gaps.
    """

    FINISH_COLUMNS = ("outcome", "duration", "status", "code", "detail", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    team_id = models.BigIntegerField()
    number = models.BigIntegerField()
    account_number = models.BigIntegerField(null=True)

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
            models.UniqueConstraint(fields=["account_id", "account_number"], name="audit_number_in_account"),
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

    @property
    def readable(self) -> str:
        """The label as people write it."""
        return readable_masked(self.label)

    @property
    def mark(self) -> str:
        """What tells people with the same masked label apart: the end of the hash, the same wherever they are met. ""
        for an ID, which is not masked."""
        return self.hash[-4:] if "•" in self.label else ""


class SubjectLink(models.Model):
    """Under what a contact of a client account is known from an entry on: one of its addresses or numbers, its key, or
    its ID itself. Insert-only; see `links`."""

    entry_id = models.UUIDField()
    team_id = models.BigIntegerField()
    number = models.BigIntegerField()
    account_id = models.BigIntegerField()
    contact_id = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    label = models.CharField(max_length=254)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["team_id", "hash"], name="audit_link_hash"),
            models.Index(fields=["contact_id", "account_id"], name="audit_link_contact"),
            models.Index(fields=["team_id", "number"], name="audit_link_number"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} is {self.kind} {self.label}"


class Covers(models.TextChoices):
    """Which of a team's entries up to a number a retention record covers."""

    EVERYTHING = "all", _("everything")
    ALL_BUT_PROOFS = "all but proofs", _("everything but what proves consent")


class RetentionRecord(models.Model):
    """Says that a team's entries up to a number may be removed, or those that prove no consent (see `consent`).
    Insert-only; without one nothing can be deleted.

    `months` is the period that the team had chosen, counted from the end of the calendar year in which an entry was
    written, and `before` the first day that is still kept.
    """

    team_id = models.BigIntegerField()
    through_number = models.BigIntegerField()
    covers = models.CharField(max_length=20, choices=Covers.choices, default=Covers.EVERYTHING)
    months = models.PositiveSmallIntegerField(null=True)
    before = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    actor_label = models.CharField(max_length=400)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"team {self.team_id} through {self.through_number}, {self.covers}: {self.reason}"


class EntryCounter(models.Model):
    """The last number that the entries of a team, or of one of its client accounts, have used."""

    WHOLE_TEAM = 0

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField(default=WHOLE_TEAM)
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "account_id"], name="audit_counter_of")]

    def __str__(self) -> str:
        return f"team {self.team_id}, client account {self.account_id}: {self.last}"


def _has(part: str, *outcomes: str) -> Q:
    return reduce(or_, (Q(**{f"{part}_{outcome}__gt": 0}) for outcome in outcomes))


def _ended_as(part: str) -> Case:
    """How a part of an action has ended, by the counts of `LogLine`."""
    return Case(
        When(_has(part, Outcome.PENDING), then=Value(Outcome.PENDING.value)),
        When(_has(part, Outcome.UNKNOWN), then=Value(Outcome.UNKNOWN.value)),
        When(_has(part, Outcome.DONE) & _has(part, *NOT_DONE), then=Value(PARTLY)),
        When(_has(part, Outcome.REFUSED), then=Value(Outcome.REFUSED.value)),
        When(_has(part, Outcome.FAILED), then=Value(Outcome.FAILED.value)),
        default=Value(Outcome.DONE.value),
    )


class LineKind(models.TextChoices):
    """What an action comes to: the weightiest of its entries."""

    LOAD = "load", _("lists were loaded")
    LOOK = "look", _("people were looked at")
    EVENT = "event", _("portal event")
    CHANGE = "change", _("change")


class LogLine(models.Model):
    """An action as lists and filters read it, at the place of its first entry. What it is found by besides is in
    `LineFact`.

    Written by `lines` in the transactions that write the entries, and made of them anew by `manage.py
    rebuild_log_lines`. Counted is what decides: of each call the last attempt, or the answer that came later still, and
    events. Having signed in decides nothing, and reads do not where something is changed.
    """

    team_id = models.BigIntegerField()
    action = models.UUIDField()
    number = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    account_label = models.CharField(max_length=100, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=400)
    source = models.CharField(max_length=10, choices=Source.choices)
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    sentence = models.CharField(max_length=60)
    parameters = models.JSONField(default=dict)
    reference = models.CharField(max_length=200, blank=True)
    words = models.TextField(default="")
    """Who and what the sentence names, without case and accents, for searches."""
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    entries = models.PositiveIntegerField()

    reads_pending = models.IntegerField(default=0)
    reads_done = models.IntegerField(default=0)
    reads_refused = models.IntegerField(default=0)
    reads_failed = models.IntegerField(default=0)
    reads_unknown = models.IntegerField(default=0)
    changes_pending = models.IntegerField(default=0)
    changes_done = models.IntegerField(default=0)
    changes_refused = models.IntegerField(default=0)
    changes_failed = models.IntegerField(default=0)
    changes_unknown = models.IntegerField(default=0)
    outcome = models.GeneratedField(
        expression=Case(When(_has("changes", *Outcome.values), then=_ended_as("changes")), default=_ended_as("reads")),
        output_field=models.CharField(max_length=10, choices=list(OUTCOMES.items())),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "action"], name="audit_line_of_action"),
            models.UniqueConstraint(fields=["team_id", "number"], name="audit_line_at"),
        ]
        indexes = [
            models.Index(fields=["team_id", "account_id", "number"], name="audit_line_account"),
            models.Index(fields=["team_id", "actor_id", "number"], name="audit_line_actor"),
            models.Index(fields=["team_id", "outcome", "number"], name="audit_line_outcome"),
            models.Index(fields=["team_id", "started_at"], name="audit_line_time"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.number} {self.sentence}: {self.outcome}"

    @property
    def by_outcome(self) -> list[tuple[str, str | Promise, int]]:
        """How many of what decides have ended how: outcome, its label, number."""
        counted = {each: getattr(self, f"reads_{each}") + getattr(self, f"changes_{each}") for each in Outcome.values}
        return [(each, OUTCOMES[each], number) for each, number in counted.items() if number]


class SavedSearch(models.Model):
    """A search of the log that the team keeps under a name."""

    team = models.ForeignKey("accounts.Team", models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=60)
    line = models.TextField()
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_saved_search_of_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def query(self) -> str:
        """Of the address that leads to what it finds."""
        return urlencode({"q": self.line})


class LineFact(models.Model):
    """What an entry of an action has and its line is found by: the line's number, once for each kind and value.

    Written with the line and made anew with it.
    """

    class About(models.IntegerChoices):
        OPERATION = 1
        """The key of the action's sentence, and the operation of a call."""
        STATUS = 2
        CODE = 3
        KEY = 4
        REFERENCE = 5

    pk = models.CompositePrimaryKey("team_id", "about", "value", "number")
    team_id = models.BigIntegerField()
    about = models.PositiveSmallIntegerField(choices=About.choices)
    value = models.CharField(max_length=200)
    number = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["team_id", "number"], name="audit_fact_line")]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.number} {self.About(self.about).name}: {self.value}"
