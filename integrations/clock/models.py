from django.db import models


class Chore(models.Model):
    """A periodic job and when it may run next: moving that time on is the lease that one process gets."""

    name = models.CharField(max_length=200, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
