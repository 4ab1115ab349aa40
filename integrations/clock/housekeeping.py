from datetime import timedelta

from django.core.management import call_command


def clear_sessions() -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")


def prune_task_results() -> None:
    """Remove the results of background tasks that ended two weeks ago or earlier."""
    call_command("prune_db_task_results", min_age_days=timedelta(days=14).days, verbosity=0)
