"""Which KlickTipp account it is that a key opens, or that a client account is bound to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Identity:
    """What is known of a KlickTipp account.

    uid: of `GET /account`; "" where that is refused
    predefined_process_id: of the opt-in process without a name, which every account has once; None if it was missing
    name: for people; "" where `GET /account` is refused
    country: by its two letters; "" where it is not told
    """

    uid: str = ""
    predefined_process_id: int | None = None
    name: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        """Whether the account can be told from others at all."""
        return bool(self.uid) or self.predefined_process_id is not None

    def is_same(self, other: Identity) -> bool | None:
        """Whether both are one KlickTipp account; None where they have nothing in common to compare.

        It is not documented whether the `uid` of an API user is its own or its account's: two are one account, too,
        where they have the same opt-in process.
        """
        if self.uid and self.uid == other.uid:
            return True
        if self.predefined_process_id is not None and other.predefined_process_id is not None:
            return self.predefined_process_id == other.predefined_process_id
        return False if self.uid and other.uid else None

    def updated_by(self, newer: Identity) -> Identity:
        """What `newer` tells of the same account, and what was known before where it tells nothing."""
        process_id = newer.predefined_process_id
        return Identity(
            newer.uid or self.uid,
            self.predefined_process_id if process_id is None else process_id,
            newer.name or self.name,
            newer.country or self.country,
        )

    def __str__(self) -> str:
        if self.name:
            return self.name
        if self.uid:
            return _("uid %(uid)s") % {"uid": self.uid}
        if self.predefined_process_id is not None:
            return _("opt-in process %(id)s") % {"id": self.predefined_process_id}
        return ""
