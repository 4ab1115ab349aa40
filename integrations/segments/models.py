from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.clients.models import ClientAccount


class Segment(models.Model):
    """A set of contacts of a client account, by a rule over their tags.

    rule: as `rule.parse` reads it
    rule_hash: tells which rule a number was counted by
    """

    LONGEST_NAME = 100

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="segments")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    rule = models.JSONField()
    rule_hash = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_segment_per_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *positions: Any, **options: Any) -> None:
        self.rule_hash = hashed(self.rule)
        super().save(*positions, **options)

    def keep_count(self, contacts: int, counted_at: datetime | None = None) -> None:
        """Keep how many contacts fitted the rule that this object has."""
        self.counts.create(rule_hash=self.rule_hash, contacts=contacts, counted_at=counted_at or timezone.now())


class SegmentCount(models.Model):
    """How many contacts a segment had at a time, by the rule that it had then."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="counts")
    rule_hash = models.CharField(max_length=16)
    contacts = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["segment", "rule_hash", "counted_at"], name="counts_of_segment")]

    def __str__(self) -> str:
        return f"{self.contacts} in {self.segment}"


def hashed(told: object) -> str:
    """A short text that only the same name or rule has."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
