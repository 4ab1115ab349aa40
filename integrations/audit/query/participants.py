"""Whom the log names: the clients and people of now, and those that have gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.texts import has_in_it, plain
from integrations.audit.models import EntryCounter, LogLine
from integrations.audit.visibility import sees_whole_log, visible_accounts, visible_people

NOBODY = "nobody"
NO_CLIENT = "none"

_ID = re.compile(r"#([1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Participant:
    """A client or a person. `token` is how a search names it, `names` are all by which it can be meant."""

    id: int
    token: str
    label: str
    names: tuple[str, ...]
    is_gone: bool = False


class Participants:
    """The clients and people that a member's part of the log names, each asked of the database once."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        self.team_id = membership.team_id

    @cached_property
    def clients(self) -> list[Participant]:
        """By name, those that were removed after the others."""
        here = [
            Participant(account.pk, account.slug, str(account), (account.slug, str(account)))
            for account in visible_accounts(self.membership)
        ]
        return _by_label([*here, *self._gone(here, _clients_ever)])

    @cached_property
    def people(self) -> list[Participant]:
        """By name, those that left after the others."""
        here = [
            Participant(member.user_id, f"#{member.user_id}", str(member.user), (member.user.email, str(member.user)))
            for member in visible_people(self.membership).select_related("user")
        ]
        return _by_label([*here, *self._gone(here, _people_ever)])

    def _gone(self, here: list[Participant], ever: Callable[[int], Iterable[tuple[int, str]]]) -> Iterator[Participant]:
        """Those who are here no more, by the label that they had last. Only who sees the whole log learns of them."""
        known = {each.id for each in here}
        for id, label in ever(self.team_id) if sees_whole_log(self.membership) else ():
            if id not in known:
                yield Participant(id, f"#{id}", _("%(name)s (gone)") % {"name": label}, _names(label), is_gone=True)


def meant(value: str, participants: Iterable[Participant]) -> list[int]:
    """The ids of those whom a value names, else of those who have it in a name. What the log names by its number needs
    not be known."""
    if found := _ID.fullmatch(value):
        return [int(found[1])]
    wanted, participants = value.casefold(), list(participants)
    named = [each.id for each in participants if wanted in map(str.casefold, each.names)]
    return named or [each.id for each in participants if any(has_in_it(name, value) for name in each.names)]


def label_of(value: str, participants: Iterable[Participant]) -> str:
    """What the client or person is called whom a value names; the value as it is where it names none, or several."""
    participants = list(participants)
    ids = set(meant(value, participants))
    labels = [each.label for each in participants if each.id in ids]
    return labels[0] if len(labels) == 1 else value


def _names(label: str) -> tuple[str, ...]:
    """What can be typed for a frozen label: all of it, the name, the address behind it."""
    name, _sign, address = label.rstrip(">").rpartition(" <")
    return (label, name, address) if name else (label,)


def _by_label(participants: list[Participant]) -> list[Participant]:
    return sorted(participants, key=lambda each: (each.is_gone, plain(each.label), each.id))


def _clients_ever(team_id: int) -> QuerySet[EntryCounter, tuple[int, str]]:
    """Id and last label of all clients that the team's log has ever named."""
    newest = LogLine.objects.filter(team_id=team_id, account_id=OuterRef("account_id")).order_by("-number")
    counters = EntryCounter.objects.filter(team_id=team_id).exclude(account_id=EntryCounter.WHOLE_TEAM)
    labelled = counters.annotate(label=Subquery(newest.values("account_label")[:1])).exclude(label=None)
    return labelled.values_list("account_id", "label")


def _people_ever(team_id: int) -> list[tuple[int, str]]:
    """Id and last label of all who have ever acted in the team: from one to the next by the index, not line by line."""
    table = LogLine._meta.db_table
    after = f"SELECT min(actor_id) FROM {table} WHERE team_id = %s AND actor_id > "  # noqa: S608 - the model's own name
    label = f"SELECT actor_label FROM {table} WHERE team_id = %s AND actor_id = actor.id ORDER BY number DESC LIMIT 1"  # noqa: S608 - the model's own name
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE actor(id) AS ({after} 0 UNION ALL SELECT ({after} actor.id) FROM actor "  # noqa: S608 - the model's own names
            f"WHERE actor.id IS NOT NULL) SELECT id, ({label}) FROM actor WHERE id IS NOT NULL",
            [team_id, team_id, team_id],
        )
        return cursor.fetchall()
