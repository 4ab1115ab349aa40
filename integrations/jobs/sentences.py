"""What the log says of jobs. What a job does to contacts is one action with a sentence of its kind."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence
from integrations.contacts.sentences import UNSUBSCRIBED

STARTED = Sentence(
    "jobs.started",
    _("%(actor)s started a job for %(contacts)s contacts of %(account)s: %(job)s"),
)
PAUSED = Sentence(
    "jobs.paused",
    _("%(actor)s paused a job for contacts of %(account)s: %(job)s"),
)
PAUSED_BY_TROUBLE = Sentence(
    "jobs.paused_by_trouble",
    _("%(actor)s paused a job for contacts of %(account)s: %(job)s, because %(reason)s"),
)
WENT_ON = Sentence(
    "jobs.went_on",
    _("%(actor)s let a job for contacts of %(account)s go on: %(job)s"),
)
STOPPED = Sentence(
    "jobs.stopped",
    _("%(actor)s stopped a job for contacts of %(account)s: %(job)s"),
)
ENDED = Sentence(
    "jobs.ended",
    _("%(actor)s ended a job for contacts of %(account)s: %(job)s, with %(done)s of %(contacts)s done"),
)
ROWS_FORGOTTEN = Sentence(
    "jobs.rows_forgotten",
    _("%(actor)s removed the addresses of a job for contacts of %(account)s, as its time was over: %(job)s"),
)
CONTACTS_UNSUBSCRIBED = Sentence(
    "jobs.contacts_unsubscribed",
    _("%(actor)s unsubscribed %(contacts)s contacts of %(account)s"),
    _("%(actor)s tried to unsubscribe %(contacts)s contacts of %(account)s"),
    of_one=UNSUBSCRIBED.key,
)
