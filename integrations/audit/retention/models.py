"""How long teams keep their logs, what has been removed of them, and whether anything else is missing.

Like the log these rows carry no foreign keys. The records of removals, which the database guards, stand beside the
entries: `integrations.audit.models.RetentionRecord`.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.audit.models import EntryCounter

SHORTEST, LONGEST = 12, 240
_BOUNDS = [MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]


class LogPeriods(models.Model):
    """How many months a team's entries are kept from the end of the calendar year in which they were written. A team
    without this row keeps them as long as an unsaved one says."""

    team_id = models.BigIntegerField(primary_key=True)
    months = models.PositiveSmallIntegerField(
        _("Keep entries for"),
        default=36,
        validators=_BOUNDS,
        help_text=_("Months from the end of the calendar year in which an entry was written, from 12 to 240."),
    )
    proof_months = models.PositiveSmallIntegerField(
        _("Keep what proves consent for"),
        default=72,
        validators=_BOUNDS,
        help_text=_("Months, counted alike: adding contacts with its basis and source, unsubscribing and deleting."),
    )
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"team {self.team_id}: {self.months} and {self.proof_months} months"


class Removal(models.Model):
    """How far the clock has come with what a retention record lets go."""

    record_id = models.BigIntegerField(primary_key=True)
    through = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"record {self.record_id}: {self.entries} entries, through {self.through}"


class Gap(models.Model):
    """Numbers of a team or of one of its client accounts that have no entry, which no retention record explains: so
    many between the first and the last of a block of numbers."""

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField(default=EntryCounter.WHOLE_TEAM)
    account_label = models.CharField(max_length=100, blank=True)
    block = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.BigIntegerField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "account_id", "block"], name="one_gap_of_a_block")]

    def __str__(self) -> str:
        return (
            f"team {self.team_id}, client account {self.account_id}: {self.count} between {self.first} and {self.last}"
        )


class NumbersCheck(models.Model):
    """How far the clock has come with looking for gaps: which counter, and up to which of its numbers. One row."""

    counter_id = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"counter {self.counter_id}, {self.number}"


class CountedNumbers(models.Model):
    """Up to which number a counter's numbers have been counted from the first to the last, and when that ended last.
    One row for each counter that has been counted."""

    counter_id = models.BigIntegerField(primary_key=True)
    through = models.BigIntegerField()
    finished_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"counter {self.counter_id} through {self.through}"
