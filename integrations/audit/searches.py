"""Who looks for a person in the log is in the log, too. The same once more within some minutes is not told again."""

import hashlib
from collections.abc import Iterable, Sequence

from django.core.cache import cache
from django.db.models import QuerySet

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.models import AuditEntry, AuditSubject
from integrations.audit.people_sentences import LOG_SEARCHED, LOG_SEARCHED_IN_VAIN
from integrations.audit.reading import people_among
from integrations.audit.recorder import Scope
from integrations.audit.subjects import Subject, search_hashes

_SECONDS = 600


def note_search(actor: Actor, team_id: int, hashes: Sequence[str], visible: QuerySet[AuditEntry]) -> None:
    """Write that somebody reads what those entries that they may see have about a person with these hashes."""
    mark = _mark(actor, team_id, hashes)
    if cache.get(mark):
        return
    if known := people_among(visible, team_id, hashes):
        events.record_about_known(LOG_SEARCHED, actor, Scope(team_id), known, contact=_named(known))
    cache.set(mark, True, _SECONDS)


def note_vain_search(actor: Actor, team_id: int, typed: Sequence[Subject]) -> None:
    """Write that somebody looked for a person of whom the log has nothing that they may see; so it is about nobody."""
    mark = _mark(actor, team_id, [hashed for subject in typed for hashed in search_hashes(subject, team_id)])
    if not cache.get(mark):
        events.record(LOG_SEARCHED_IN_VAIN, actor, Scope(team_id), contact=_named(typed))
        cache.set(mark, True, _SECONDS)


def _named(people: Iterable[Subject | AuditSubject]) -> list[dict[str, str]]:
    return [{"name": label} for label in sorted({person.label for person in people})]


def _mark(actor: Actor, team_id: int, told: Iterable[str]) -> str:
    """Under which the cache knows that the log has been told of it."""
    looked_for = hashlib.sha256(",".join(sorted(told)).encode()).hexdigest()
    return f"searched:{team_id}:{actor.user_id}:{looked_for}"
