"""A contact among many, as the browse page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from integrations.clients.errors import Obstructed
from integrations.clients.explain import Explanation, explain
from integrations.contacts.browsing.services import WORDS, Row
from integrations.contacts.dates import Moment, moment
from integrations.contacts.showing.contact import Channel, ShownContact
from integrations.klicktipp import AccessDenied, NotFound


class Summary:
    """What is to say of a page as a whole once its rows are noted: how many contacts could not be read, those
    that are gone apart, and what stood in the way of all."""

    def __init__(self) -> None:
        self.failed = 0
        self._cause: Row | None = None

    def note(self, row: Row) -> Row:
        self.failed += row.error is not None and not isinstance(row.error, NotFound)
        is_denied = isinstance(row.error, AccessDenied)
        if is_denied or (self._cause is None and isinstance(row.error, Obstructed)):
            self._cause = row
        return row

    @property
    def failure(self) -> Explanation | None:
        return explain(self._cause.error, self._cause.action) if self._cause and self._cause.error else None


@dataclass(frozen=True)
class ChannelInShort:
    """Status and bounce in KlickTipp's words, with the looks of their badges; "" is plain text."""

    status: str
    outcome: str
    bounce: str
    bounce_outcome: str
    since: Moment | None


@dataclass(frozen=True)
class ShownRow:
    """A row of the page: a contact, or a sentence that says why it is not there. With a tag it tells since when the
    contact has that, else since when it has its status."""

    row: Row
    tag_id: int | None = None

    @property
    def id(self) -> str:
        return self.row.id

    @cached_property
    def contact(self) -> ShownContact | None:
        return ShownContact(self.row.contact, {}, {}) if self.row.contact else None

    @property
    def channel(self) -> ChannelInShort | None:
        """The email channel; of a contact with an SMS number only, that one."""
        if self.contact is None or self.row.contact is None:
            return None
        if self.contact.email:
            return _in_short(self.contact.email_channel, self.row.contact.status, self.row.contact.bounce)
        return _in_short(self.contact.sms_channel, self.row.contact.sms_status, self.row.contact.sms_bounce)

    @property
    def since(self) -> Moment | None:
        if self.tag_id is None:
            return self.channel.since if self.channel else None
        contact = self.row.contact
        tagged_at = contact and (contact.manual_tags.get(self.tag_id) or contact.smart_tags.get(self.tag_id))
        return moment(tagged_at) if tagged_at else None

    @property
    def is_gone(self) -> bool:
        return isinstance(self.row.error, NotFound)

    @property
    def is_told_above(self) -> bool:
        """Whether what is wrong concerns the whole page, which tells it once."""
        return isinstance(self.row.error, AccessDenied | Obstructed)

    @property
    def problem(self) -> str:
        if self.is_gone:
            return _("Deleted since the list was loaded.")
        if self.row.error is None:
            return ""
        if self.is_told_above:
            return _("Not loaded.")
        return explain(self.row.error).what


def _in_short(channel: Channel, status: str, bounce: str) -> ChannelInShort:
    return ChannelInShort(
        status=_short(status),
        outcome=channel.outcome,
        bounce=_short(bounce),
        bounce_outcome=channel.bounce_outcome,
        since=channel.unsubscribed or channel.signed_up,
    )


def _short(words: str) -> str:
    known = words.casefold()
    return _(known) if known in WORDS.values() else words
