"""Who could reach which client account, and how, from when to when."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.db.models import Q


class Fact(models.TextChoices):
    """Of a member it is said in two facts what they may do and which client accounts they see, as each can change
    without the other: who sees all of them sees the account `NONE`."""

    CLIENT = "client"
    MEMBER = "member"
    SEES = "sees"
    KEY = "key"
    FACTOR = "factor"


class What(NamedTuple):
    """What was so, without the time. Who or what a fact is not about is `AccessPeriod.NONE`.

    kind: a member's role, the kind of a key or of a second factor
    name: a key's last four, an API user's name
    """

    fact: str
    team_id: int
    user_id: int
    account_id: int
    kind: str
    name: str


class AccessPeriod(models.Model):
    """Something that was so from `since` up to, but not with, `until`: one fact of those that together say who could
    reach a client account. Written once and ended once, by `history`; people, teams and client accounts can go.

    until: None for what has no end yet; in the future for who has a last day, which can still be moved
    known_since: when the portal began to know: later than `since` for what is older than this history
    """

    NONE = 0

    fact = models.CharField(max_length=10, choices=Fact.choices)
    team_id = models.BigIntegerField(default=NONE)
    user_id = models.BigIntegerField(default=NONE)
    account_id = models.BigIntegerField(default=NONE)
    kind = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    user_label = models.CharField(max_length=400, blank=True)
    account_label = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    known_since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=list(What._fields), name="access_once_at_a_time", condition=Q(until=None)),
        ]
        indexes = [
            models.Index(fields=["team_id", "account_id", "since"], name="access_of_team"),
            models.Index(fields=["user_id", "since"], name="access_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.kind} {self.name} of team {self.team_id} since {self.since}"

    @property
    def what(self) -> What:
        return What(*(getattr(self, name) for name in What._fields))
