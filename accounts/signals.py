"""What accounts tell the rest of the portal; they know nothing of who listens."""

from django.dispatch import Signal

membership_changed = Signal()
"""Sent with `membership`, `before` (the former role or None), and `by` (the user who did it, None for a command)."""
