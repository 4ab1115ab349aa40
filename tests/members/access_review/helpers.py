"""What the tests of the access review have in common."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Team
from integrations.members.access_review.models import AccessPeriod, Fact
from integrations.members.access_review.review import Client, Day, reaches


class Calendar:
    """In the place of `timezone.now`: stands still until it is turned."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
        self.now = now
        monkeypatch.setattr(timezone, "now", lambda: self.now)


def told_on(team: Team, day: Any) -> set[tuple[Any, ...]]:
    """Client account, person, role, key, whether it is their own, and second factors, of all ways on a day."""
    there = AccessPeriod.objects.filter(team_id=team.pk, fact=Fact.CLIENT)
    clients = [Client(account_id, "") for account_id in there.values_list("account_id", flat=True).distinct()]
    return {
        (client.id, reach.person, reach.way.role, reach.way.key_name, reach.way.is_own_key, reach.way.factors)
        for client, found in reaches(team, clients, Day.on(day))
        for reach in found
    }
