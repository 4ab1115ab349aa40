from datetime import timedelta

from django.db import models

CLOCKS_DIFFER = timedelta(minutes=5)
"""What is further in the future than a clock that goes fast would have it, the portal has not written."""


class Chore(models.Model):
    """A periodic job and when it may run next: moving that time on is the lease that one process gets."""

    name = models.CharField(max_length=200, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
