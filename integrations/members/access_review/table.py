"""An access review as a table for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Team
from integrations.audit.export.csv import BYTE_ORDER_MARK, delimiter
from integrations.members.access_review.review import Client, Day, Reach, reaches

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CLIENTS_AT_ONCE = 50


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(team: Team, clients: Iterable[Client], day: Day) -> Iterator[str]:
    """The lines of the table, as spreadsheets of the reader's language want them, some client accounts at a time."""
    heads = [_("Client"), _("Person"), _("Role"), _("Key"), _("Whose key"), _("Second factor")]
    yield BYTE_ORDER_MARK + _line([*heads, _("Like this since"), _("On that day from"), _("On that day until")])
    waiting = iter(clients)
    while batch := list(islice(waiting, _CLIENTS_AT_ONCE)):
        for client, found in reaches(team, batch, day):
            for reach in found:
                yield _line(_cells(client, reach))


def _cells(client: Client, reach: Reach) -> list[str]:
    way = reach.way
    whose = (_("own") if way.is_own_key else _("shared")) if way.key else ""
    factors = ", ".join(map(str, way.factor_names)) or _("no")
    times = (_moment(moment) for moment in (reach.since, reach.from_, reach.until))
    return [client.name, reach.person, str(way.role.label), str(way.key), whose, factors, *times]


def _moment(moment: datetime | None) -> str:
    return localtime(moment).isoformat(sep=" ", timespec="seconds") if moment else ""


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter()).writerow(map(safe_cell, cells))
    return written.getvalue()
