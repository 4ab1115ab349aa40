"""What people can do as often as they like, as who has not signed in or asks for what is not theirs, fills no log: one
entry a minute and kind, which counts those before it."""

from django.core.cache import cache

_MINUTE = 60
_DAY = 24 * 3600


def others_before(kind: str) -> int | None:
    """How many of this kind had no entry since the last one; None where this one, too, is only counted."""
    counted = f"strangers:{kind}"
    if not cache.add(f"{counted}:told", True, _MINUTE):
        cache.add(counted, 0, _DAY)
        cache.incr(counted)
        return None
    others = int(cache.get(counted, 0))
    cache.set(counted, 0, _DAY)
    return others
