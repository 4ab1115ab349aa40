"""How many calls to KlickTipp there were, rolled up from the log's final entries.

What an overview adds up is here in a few rows; see `rollup` for how they come about. All of it can be made anew from
the entries. Days and hours are those of the portal's time zone.

The index of each table has all that is added up, in the order in which `sums` groups by it, so that no database has to
sort or to read a row. That there is one row for each key is left to `rollup`, the only one that writes them.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from integrations.audit.models import EntryCounter, Outcome

NO_ACCOUNT = EntryCounter.WHOLE_TEAM
"""The client account of calls that belong to none, such as those that try a key before its client is there."""

NO_NUMBER = -1
"""The status or the error code of calls without one."""


class RolledUp(models.Model):
    """How far a team's entries are rolled up: every one up to this number was final and is counted, no other."""

    team_id = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)
    zone = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"team {self.team_id} through {self.number} ({self.zone})"


class HourlyCalls(models.Model):
    """The calls that began within an hour and ended the same way."""

    KEY: ClassVar = ("hour", "account_id", "outcome")

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    hour = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    calls = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["team_id", "hour", "account_id", "outcome", "calls"], name="log_overview_hour")]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id} {self.hour} {self.outcome}: {self.calls}"


class DailyCalls(models.Model):
    """The calls of an operation that began on a day and ended the same way for the same reason."""

    KEY: ClassVar = ("day", "account_id", "outcome", "operation", "status", "code", "problem")

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    day = models.DateField()
    operation = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    status = models.IntegerField()
    code = models.IntegerField()
    problem = models.CharField(max_length=60)
    calls = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["team_id", "day", "account_id", "outcome", "operation", "status", "code", "problem", "calls"],
                name="log_overview_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id} {self.day} {self.operation} {self.outcome}: {self.calls}"


class DailyDurations(models.Model):
    """The calls of an operation that began on a day and took about the same time: those of a bucket of `durations`."""

    KEY: ClassVar = ("day", "operation", "bucket", "account_id")

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    day = models.DateField()
    operation = models.CharField(max_length=40)
    bucket = models.SmallIntegerField()
    calls = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["team_id", "day", "operation", "bucket", "account_id", "calls"], name="log_overview_duration"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id} {self.day} {self.operation} {self.bucket}: {self.calls}"
