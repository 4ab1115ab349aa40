"""Keeps the sums of the overview true when entries go."""

from typing import Any

from django.dispatch import receiver

from integrations.audit.overview.rollup import begin_anew
from integrations.audit.signals import entries_removed


@receiver(entries_removed)
def count_anew(team_id: int, **_: Any) -> None:
    begin_anew(team_id)
