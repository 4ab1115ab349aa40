"""What the log tells its wings."""

from django.dispatch import Signal

entries_removed = Signal()
"""Sent with `team_id` when a removal of a team's entries under its retention is over."""
