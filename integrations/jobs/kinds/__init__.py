"""The kinds of jobs, each in a module with its family."""

from django.utils.functional import Promise

from integrations.jobs.kinds.kind import Kind
from integrations.jobs.kinds.tagging import TAG, UNTAG
from integrations.jobs.kinds.unsubscribing import UNSUBSCRIBE

KINDS: dict[str, Kind] = {kind.key: kind for kind in (TAG, UNTAG, UNSUBSCRIBE)}


def label_of(key: str) -> Promise | str:
    """What a kind of job does, as a heading; of one that this version does not know, which another one began, its
    key."""
    return KINDS[key].label if key in KINDS else key


def operation_of(key: str) -> str:
    """By which operation what can go wrong is put into words; "" for a kind that this version does not know."""
    return KINDS[key].operation if key in KINDS else ""
