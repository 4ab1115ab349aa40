"""What accounts tell the rest of the portal; they know nothing of who listens."""

from django.dispatch import Signal

membership_changed = Signal()
"""Sent with `membership`, `before` (the former role or None), `by` (the user who did it, None for a command), and
`is_invited` (whether it begins by an invitation)."""

end_changed = Signal()
"""Sent with `membership`, whose end date has been set, moved or removed, and `by` as above."""

member_removed = Signal()
"""Sent with `membership`, which is about to be deleted, and `by` as above."""

team_renamed = Signal()
"""Sent with `team`, `before` (its former name), and `by` (the user who did it)."""

sessions_ended = Signal()
"""Sent with `user`, `by` (the user who did it, None for a command), and `are_all` (whether all sessions ended)."""

second_factor_required = Signal()
"""Sent with `team`, `since` (when its members need a second factor, None for never) and `by` as above."""

activity_changed = Signal()
"""Sent with `user`, who may or may not sign in from now on, by a command."""

access_refused = Signal()
"""Sent with `request` of a signed-in person, refused below a team's address; `membership`, theirs in that team, ended
or not, None where they have none, whether or not there is such a team; and `is_missing`: whether the answer is that
nothing is there (404) rather than that they may not (403)."""

sign_in_stopped = Signal()
"""Sent with `request` and `credentials` when attempts to sign in have become too many; once in five minutes for an
address, as every attempt would let strangers fill a log that nobody can empty."""
