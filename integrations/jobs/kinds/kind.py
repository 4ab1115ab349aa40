"""What a kind of job does for each of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from accounts.roles import Capability
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.klicktipp import KlickTipp

Work = Callable[[KlickTipp, Mapping[str, Any], Mapping[str, Any]], str]
"""With a client, the job's parameters and the row's data. It runs in a thread that must not touch the database, and
returns the contact's ID where it becomes known, else ""."""


@dataclass(frozen=True)
class Kind:
    """A kind of job by its key.

    label: what it does, as a heading; a literal of the code, as the log keeps it
    operation: of the library, by which what can go wrong is put into words
    capability: what who began it must have, when it begins and as long as it goes on
    sentence: what the log says of it, with the job's parameters and the number of `contacts`
    do: the calls for a row
    looked_up: for calls that must not be repeated: what those of a row that was interrupted would have returned, if
        they have happened, else None. Raises `OutcomeUnknown` where that cannot be told
    spares_suppressed: nothing is sent for who is on the client's suppression list
    afterwards: what follows for those for whom it has, or may have, happened; in the transaction that notes so
    """

    key: str
    label: Promise
    operation: str
    capability: Capability
    sentence: Sentence
    do: Work
    looked_up: Callable[[KlickTipp, Mapping[str, Any], Mapping[str, Any]], str | None] | None = None
    spares_suppressed: bool = False
    afterwards: Callable[[Errand, Sequence[Subject]], None] | None = None

    def run(
        self, parameters: Mapping[str, Any], data: Mapping[str, Any], *, in_doubt: bool
    ) -> Callable[[KlickTipp], str]:
        """What is to be done for a row; `in_doubt` as in the row."""

        def run(api: KlickTipp) -> str:
            if in_doubt and self.looked_up:
                known = self.looked_up(api, parameters, data)
                if known is not None:
                    return known
            return self.do(api, parameters, data)

        return run
