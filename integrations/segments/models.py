from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from integrations.clients.models import ClientAccount


class Segment(models.Model):
    """A set of contacts of a client account, by a rule over their tags.

    rule: as `rule.parse` reads it
    rule_since: when the present rule was saved; what was counted before was another set
    """

    LONGEST_NAME = 100

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="segments")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    rule = models.JSONField()
    rule_since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_segment_per_name")]

    def __str__(self) -> str:
        return self.name


class SegmentCount(models.Model):
    """How many contacts a segment had at a time."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="counts")
    contacts = models.PositiveIntegerField()
    counted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["segment", "counted_at"], name="counts_of_segment")]

    def __str__(self) -> str:
        return f"{self.contacts} in {self.segment}"
