"""How long all calls behind one page may take together."""

from time import monotonic

from django.conf import settings


class Deadline:
    """The end of a page's time. It begins with `KLICKTIPP_PAGE_DEADLINE` seconds."""

    def __init__(self) -> None:
        self._ends = monotonic() + settings.KLICKTIPP_PAGE_DEADLINE

    @property
    def seconds_left(self) -> float:
        """What further calls may take; zero or less when time is up."""
        return self._ends - monotonic()
