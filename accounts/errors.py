"""What keeps a membership from being changed."""


class LastOwner(Exception):
    """A team keeps at least one owner."""


class NotForOwners(Exception):
    """An owner sees all clients and has no end date."""
