"""The kinds of jobs, each in a module with its family."""

from integrations.jobs.kinds.kind import Kind
from integrations.jobs.kinds.tagging import TAG, UNTAG
from integrations.jobs.kinds.unsubscribing import UNSUBSCRIBE

KINDS: dict[str, Kind] = {kind.key: kind for kind in (TAG, UNTAG, UNSUBSCRIBE)}
