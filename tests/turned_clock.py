"""A clock that stands still until it is turned: deadlines pass without waiting, and on a slow machine just the same."""


class TurnedClock:
    """In the place of `integrations.klicktipp.timing`. Waiting turns it on, and is kept in `waited`, in seconds."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.waited: list[float] = []

    def now(self) -> float:
        return self.seconds

    def turn(self, seconds: float) -> None:
        self.seconds += seconds

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.turn(seconds)
