"""What accounts tell the rest of the portal; they know nothing of who listens."""

from django.dispatch import Signal

membership_changed = Signal()
"""Sent with `membership`, `before` (the former role or None), and `by` (the user who did it, None for a command)."""

end_changed = Signal()
"""Sent with `membership`, whose end date has been set, moved or removed, and `by` as above."""

member_removed = Signal()
"""Sent with `membership`, which is about to be deleted, and `by` as above."""

team_renamed = Signal()
"""Sent with `team`, `before` (its former name), and `by` (the user who did it)."""

sign_in_stopped = Signal()
"""Sent with `request` and `credentials` when attempts to sign in have become too many; once in five minutes for an
address, as every attempt would let strangers fill a log that nobody can empty."""
