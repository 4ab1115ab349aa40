"""An access review as a table for spreadsheets."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Team
from integrations.audit.export.csv import BYTE_ORDER_MARK, safe, written
from integrations.members.access_review.review import Client, Day, Reach, reaches

_CLIENTS_AT_ONCE = 50


def lines(team: Team, clients: Iterable[Client], day: Day) -> Iterator[str]:
    """The lines of the table, as spreadsheets of the reader's language want them, some client accounts at a time."""
    heads = [_("Client"), _("Person"), _("Role"), _("Key"), _("Whose key"), _("Second factor")]
    heads += [_("Like this since"), _("On that day from"), _("On that day until")]
    yield BYTE_ORDER_MARK + written([heads])
    waiting = iter(clients)
    while batch := list(islice(waiting, _CLIENTS_AT_ONCE)):
        found = reaches(team, batch, day)
        yield written(map(safe, _cells(client, reach)) for client, all_of in found for reach in all_of)


def _cells(client: Client, reach: Reach) -> list[str]:
    way = reach.way
    whose = (_("own") if way.is_own_key else _("shared")) if way.key else ""
    factors = ", ".join(map(str, way.factor_names)) or _("no")
    times = (_moment(moment) for moment in (reach.since, reach.from_, reach.until))
    return [client.name, reach.person, str(way.role.label), str(way.key), whose, factors, *times]


def _moment(moment: datetime | None) -> str:
    return localtime(moment).isoformat(sep=" ", timespec="seconds") if moment else ""
