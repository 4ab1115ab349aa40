"""What keeps a listbuilding key from being stored or renamed."""

from integrations.listbuilding.models import ListbuildingKey


class LabelTaken(Exception):
    """Another listbuilding key of the client account has this label."""


class StoredBefore(Exception):
    """The client account, or another one of the team, has this key already."""

    def __init__(self, key: ListbuildingKey) -> None:
        super().__init__(key)
        self.key = key
