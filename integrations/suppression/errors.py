"""What keeps somebody from being added."""

from collections.abc import Mapping

from integrations.audit.subjects import Subject
from integrations.clients.errors import Obstructed
from integrations.messages import Obstacle
from integrations.suppression.models import Suppression


class Suppressed(Obstructed):
    """Nothing was sent: who is in `found` is on the client's suppression list. The log has an entry of it."""

    def __init__(self, found: Mapping[Subject, Suppression], *, reads: bool = False) -> None:
        super().__init__(Obstacle.SUPPRESSED, reads=reads)
        self.found = found
