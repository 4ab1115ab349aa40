"""The segments of a client account with the last number of the contacts in each."""

from django.db.models import F, OuterRef, QuerySet, Subquery

from integrations.clients.models import ClientAccount
from integrations.segments.models import Segment, SegmentCount


def listed_segments(account: ClientAccount) -> QuerySet[Segment]:
    """By name; `contacts` and `counted_at` are of the last count by the present rule, None before the first one."""
    of_segment = SegmentCount.objects.filter(segment=OuterRef("pk"), rule_hash=OuterRef("rule_hash"))
    latest = of_segment.order_by("-counted_at", "-pk")
    return account.segments.annotate(
        contacts=Subquery(latest.values("contacts")[:1]), counted_at=Subquery(latest.values("counted_at")[:1])
    ).order_by(F("name"), "pk")
