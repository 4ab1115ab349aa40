"""What the rooms above are told of a client account; this room knows nothing of who listens."""

from django.dispatch import Signal

client_connected = Signal()
"""Sent with `account` once a shared login was stored for it."""

client_removed = Signal()
"""Sent with `account`, which is locked and about to be deleted, and `actor`, inside the transaction that removes it."""
