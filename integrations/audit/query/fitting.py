"""Goes from call to call of an action that a search asks for: of many calls few may be so."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from integrations.audit.models import AuditEntry
from integrations.audit.query.search import MOST_LOOKED_AT


@dataclass(frozen=True)
class Step:
    """The number of an entry to go to: of one that fits, else of the last one that was looked at."""

    number: int
    fits: bool


def step(of_action: QuerySet[AuditEntry], asked: Q, number: int, *, back: bool = False) -> Step | None:
    """From a number, without it, to the next of an action's entries that is what is asked, or `back` to the one before;
    None where there is none. `MOST_LOOKED_AT` of them are looked at."""
    ahead = of_action.filter(Q(number__lt=number) if back else Q(number__gt=number))
    numbers = ahead.order_by("-number" if back else "number").values_list("number", flat=True)
    last = numbers[MOST_LOOKED_AT - 1 : MOST_LOOKED_AT].first()
    within = Q() if last is None else Q(number__gte=last) if back else Q(number__lte=last)
    found = numbers.filter(asked, within).first()
    if found is not None:
        return Step(found, fits=True)
    return None if last is None else Step(last, fits=False)
