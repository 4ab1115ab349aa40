"""What keeps a change of members or invitations from being made."""


class NotAllowed(Exception):
    """The member may not do this, or no longer."""


class AlreadyMember(Exception):
    """Whoever has this address belongs to the team."""


class JustSent(Exception):
    """Mail went to this address less than a minute ago."""


class TooMany(Exception):
    """The team has as many invitations as it can have at a time."""


class NotValid(Exception):
    """The invitation is unknown, used, withdrawn or expired, or its sender may not invite any more."""


class NameInUse(Exception):
    """Somebody in the team has this name, or one that looks like it."""


class HasAccount(Exception):
    """Whoever has this address signs in with it already."""
