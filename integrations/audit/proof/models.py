"""What the log is proved with: its trees in tiles, and checkpoints that are signed over them.

A log is that of a client account, or that of a team for what concerns none: then `account_id` is `WHOLE_TEAM`.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounts.models import Team
from integrations.audit.models import EntryCounter

WHOLE_TEAM = EntryCounter.WHOLE_TEAM
"""The account number of the log that has what concerns no client account of a team."""

EVERY_LOG = 0
"""The account number of who gets the checkpoints of all logs of a team."""


class Tile(models.Model):
    """Up to 256 hashes of a log's tree, see `merkle`. It is inserted and becomes longer, and never changes else."""

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "account_id", "level", "index"], name="log_proof_tile_place")
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id}: tile/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed note that says how large a log's tree was and which root it had. Insert-only, each larger than the last.

    through_number: that of the last entry in it, in the team
    """

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    size = models.BigIntegerField()
    through_number = models.BigIntegerField()
    note = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "account_id", "size"], name="log_proof_checkpoint_size"),
            models.UniqueConstraint(
                fields=["team_id", "account_id", "through_number"], name="log_proof_checkpoint_through"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id}: {self.size} entries"


class TimeStamp(models.Model):
    """What a time stamping authority said of a checkpoint, see `timestamps`. Insert-only.

    answer: its whole answer after RFC 3161, DER
    told_at: the time that it says
    """

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    size = models.BigIntegerField()
    answer = models.BinaryField()
    told_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "account_id", "size"], name="log_proof_stamp_of_checkpoint")
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id}: {self.size} entries at {self.told_at:%Y-%m-%d %H:%M:%S}"


class Comparison(models.Model):
    """How far a log was compared with what was signed, see `comparing`, and what was wrong with it.

    size: of the checkpoint up to which that is done in this round; 0 before one begins
    wrong_so_far, told_so_far: what this round has found, and that in words of `verification`
    wrong, told: what the last round has found, or already this one where that is more
    finished_at: when a round has ended last
    """

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    size = models.BigIntegerField(default=0)
    wrong_so_far = models.PositiveIntegerField(default=0)
    told_so_far = models.TextField(blank=True)
    wrong = models.PositiveIntegerField(default=0)
    told = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "account_id"], name="log_proof_comparison_of_log")]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.account_id}: {self.wrong} wrong"


class Recipient(models.Model):
    """Who gets the newest checkpoints of a team by mail every day: of all its logs, or of one client account's alone.

    added_by: a person as the log names them, for whoever reads the list
    language: in which the mail is written
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="log_recipients")
    email = models.EmailField()
    account_id = models.BigIntegerField(default=EVERY_LOG)
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE)
    added_by = models.CharField(max_length=400)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "email", "account_id"], name="log_proof_recipient_once")]

    def __str__(self) -> str:
        return self.email
