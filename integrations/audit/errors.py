"""What keeps an action from being begun."""


class AlreadyStarted(Exception):
    """The action has been started before, by another submit of the same form: nothing was sent now."""
