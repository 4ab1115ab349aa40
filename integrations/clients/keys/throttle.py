"""How often customer keys may be tested: whoever tries many is guessing, or knocks on KlickTipp's door for nothing."""

import math

from django.core.cache import cache
from django_ratelimit.core import get_usage

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.recorder import Scope
from integrations.clients import sentences
from integrations.clients.errors import TooManyTests

PER_USER = "10/5m"
PER_TEAM = "30/5m"


def count_test(actor: Actor, scope: Scope) -> None:
    """Count a test of a key by this person and in this team. The operator's commands are not limited.

    Raises `TooManyTests`; the team's log has that once for a person and a period.
    """
    if actor.user_id is None:
        return
    for key, rate in ((f"user:{actor.user_id}", PER_USER), (f"team:{scope.team_id}", PER_TEAM)):
        usage = get_usage(None, group="key-tests", key=lambda *_, key=key: key, rate=rate, increment=True)
        if usage and usage["should_limit"]:
            seconds = max(usage["time_left"], 1)
            if cache.add(f"key-tests-stopped:{scope.team_id}:{actor.user_id}", True, seconds):
                events.record(sentences.KEY_TESTS_STOPPED, actor, scope)
            raise TooManyTests(math.ceil(seconds / 60))
