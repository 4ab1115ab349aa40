"""Watches the database's guard over the log while the portal runs: the system check only looks when it is called."""

import logging

from django.db import connection

from integrations.audit import events, people_sentences, triggers
from integrations.audit.actors import SYSTEM
from integrations.audit.models import PORTAL
from integrations.audit.recorder import Scope

logger = logging.getLogger(__name__)


def report_missing_triggers() -> None:
    """Say which triggers are missing or changed, as an error and in the portal's log, each time until they are back.

    Installs nothing: what took them away is to be found first; `manage.py migrate` then brings them back.
    """
    if missing := triggers.missing(connection):
        logger.error("The log's guard in the database is missing or changed: %s", ", ".join(missing))
        events.record(people_sentences.GUARD_MISSING, SYSTEM, Scope(PORTAL), triggers=missing)
