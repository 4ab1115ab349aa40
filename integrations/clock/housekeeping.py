import logging
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from ktportal.caches import DatabaseCache

logger = logging.getLogger(__name__)


def clear_sessions() -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")


def prune_task_results() -> None:
    """Remove the results of background tasks that ended two weeks ago or earlier, and rows for backends that the portal
    has not: no worker takes them, and it has written none."""
    stray, _ = DBTaskResult.objects.exclude(backend_name__in=settings.TASKS).delete()
    if stray:
        logger.error("%s rows of the task table were of a backend that the portal has not; they are removed.", stray)
    call_command("prune_db_task_results", min_age_days=timedelta(days=14).days, verbosity=0)


def clear_caches() -> None:
    """Remove what is over from the caches that are tables; Redis does so by itself."""
    for cache in caches.all(initialized_only=False):
        if isinstance(cache, DatabaseCache):
            cache.forget_expired()
