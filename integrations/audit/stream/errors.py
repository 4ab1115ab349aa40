from datetime import timedelta

from integrations.audit.stream.models import Problem


class NotDelivered(Exception):
    """It is not known that the destination has what was sent to it.

    status: the HTTP status that it answered with
    pause: how long it asks to be left alone
    """

    def __init__(self, problem: Problem, status: int | None = None, pause: timedelta = timedelta()) -> None:
        super().__init__(problem.value)
        self.problem, self.status, self.pause = problem, status, pause
