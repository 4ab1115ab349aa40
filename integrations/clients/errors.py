from integrations.clients.identity import Identity
from integrations.clients.models import ClientAccount, Credential
from integrations.klicktipp import Problem
from integrations.messages import Obstacle


class Obstructed(Exception):
    """A call could not be tried, or not be tried any more: nothing was sent. `obstacle` says why, `reads` that nothing
    was to be changed by it; the log has an entry of it, of a silent service one for all."""

    def __init__(self, obstacle: Obstacle | Problem, *, reads: bool = False) -> None:
        super().__init__(obstacle)
        self.obstacle, self.reads = obstacle, reads


class OtherAccount(Exception):
    """The key is another KlickTipp account's than the one this client is bound to."""

    def __init__(self, bound_to: Identity, key_of: Identity) -> None:
        super().__init__(bound_to, key_of)
        self.bound_to, self.key_of = bound_to, key_of


class UntoldAccount(Exception):
    """KlickTipp does not tell whose key this is, or nothing by which it could be compared."""


class TakenByOtherClient(Exception):
    """Another client of the team is bound to the key's KlickTipp account."""

    def __init__(self, account: ClientAccount) -> None:
        super().__init__(account)
        self.account = account


class StoredMeanwhile(Exception):
    """Somebody has stored another key or API user since the form was opened; it is not replaced unseen."""

    def __init__(self, credential: Credential) -> None:
        super().__init__(credential)
        self.credential = credential


class TooManyTests(Exception):
    """Nothing was tested; in `minutes` it can be again."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes
