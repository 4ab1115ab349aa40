"""What the rooms above are told of a client account; this room knows nothing of who listens."""

from django.dispatch import Signal

client_connected = Signal()
"""Sent with `account` once a shared login was stored for it."""

client_removed = Signal()
"""Sent with `account`, which is locked and about to be deleted, and `actor`, inside the transaction that removes it."""

client_changed = Signal()
"""Sent with `account_id` once a client account, its name, or who has which key of it, is another than before, or gone;
inside the transaction that changes it."""

limit_changed = Signal()
"""Sent with `membership` once the client accounts that it sees are given anew, inside the transaction that does so."""
