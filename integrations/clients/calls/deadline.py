"""How long all calls behind one page may take together."""

from django.conf import settings

from integrations.klicktipp import timing


class Deadline:
    """The end of a page's time. It begins with `KLICKTIPP_PAGE_DEADLINE` seconds."""

    def __init__(self) -> None:
        self._ends = timing.now() + settings.KLICKTIPP_PAGE_DEADLINE

    @property
    def seconds_left(self) -> float:
        """What further calls may take; zero or less when time is up."""
        return self._ends - timing.now()
