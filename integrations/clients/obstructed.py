from integrations.klicktipp import Problem
from integrations.messages import Obstacle


class Obstructed(Exception):
    """A call could not be tried, or not be tried any more: nothing was sent. `obstacle` says why; the log has an entry
    of it."""

    def __init__(self, obstacle: Obstacle | Problem) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle
