"""What calls give: plain, frozen values. An absent text is "", anything else that is absent is None."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from .fieldtypes import FieldType

_COOKIE_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_COOKIE_VALUE: Final = re.compile(r"[!#-+\--:<-\[\]-~]{1,4000}")


@dataclass(frozen=True, slots=True)
class Account:
    """A KlickTipp account. `id` is its `uid`, the one lasting name of an account."""

    id: str
    status: int | None = None
    tier: int | None = None
    usergroup: str = ""
    username: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""
    website: str = ""
    affiliate_id: str = ""


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A session of a signed-in user. Whoever has `session_id` is that user: it is a secret.

    Both parts go into a cookie; a ValueError says that one of them does not fit in.
    """

    session_name: str
    session_id: str = field(repr=False)
    account: Account | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not _COOKIE_NAME.fullmatch(self.session_name) or not _COOKIE_VALUE.fullmatch(self.session_id):
            raise ValueError("not the name and value of a cookie")

    @property
    def cookie(self) -> str:
        """The value of the header `Cookie`."""
        return f"{self.session_name}={self.session_id}"


@dataclass(frozen=True, slots=True)
class OptinProcess:
    """An opt-in process. A list of them tells no more than `id` and `name`."""

    id: int
    name: str = ""
    single_optin: bool | None = None
    pending_url: str = ""
    thank_you_url: str = ""
    resend_confirmation_email: bool | None = None
    change_email: bool | None = None

    @property
    def is_predefined(self) -> bool:
        """Whether this is the double opt-in process which every account has: the one without a name."""
        return not self.name


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag. `text` is its description, which a list of tags does not tell."""

    id: int
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A data field. `id` has the prefix it has in contacts: `fieldFirstName`, `field213729`. `type` is None where the
    service does not tell it."""

    id: str
    name: str
    type: FieldType | None = None

    @property
    def bare_id(self) -> str:
        """The id without the prefix."""
        return self.id.removeprefix("field")


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact with its two channels, email and SMS.

    Statuses and bounces are the service's own words, such as "Subscribed" and "Not Bounced".

    `optin`, `date`, `unsubscription`, `sms_date` and `sms_unsubscription` arrive in several forms, of which one
    has no time of day (it is midnight here) and two name no time zone (taken as UTC, like the service's unix
    times). `dates_as_written` has the service's own text of each, also where that could not be read and the
    date is None; a date of zeros, which means never, is not there at all.

    `fields` holds the data fields that are filled in, by id with prefix, as the service wrote them; a value that is
    no text is kept as JSON. The mappings from `manual_tags` on give the time something happened, by the id of the tag,
    email, notification email or campaign; None where the service tells no time.
    """

    id: str
    optin_process_id: int | None = None
    optin: datetime | None = None
    optin_ip: str = ""
    email: str = ""
    status: str = ""
    bounce: str = ""
    date: datetime | None = None
    ip: str = ""
    unsubscription: datetime | None = None
    unsubscription_ip: str = ""
    referrer: str = ""
    sms_number: str = ""
    sms_status: str = ""
    sms_bounce: str = ""
    sms_date: datetime | None = None
    sms_unsubscription: datetime | None = None
    sms_referrer: str = ""
    dates_as_written: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    tag_ids: tuple[int, ...] = ()
    manual_tags: Mapping[int, datetime | None] = field(default_factory=dict)
    smart_tags: Mapping[int, datetime | None] = field(default_factory=dict)
    emails_sent: Mapping[int, datetime | None] = field(default_factory=dict)
    emails_opened: Mapping[int, datetime | None] = field(default_factory=dict)
    emails_clicked: Mapping[int, datetime | None] = field(default_factory=dict)
    notification_emails_sent: Mapping[int, datetime | None] = field(default_factory=dict)
    notification_emails_opened: Mapping[int, datetime | None] = field(default_factory=dict)
    notification_emails_clicked: Mapping[int, datetime | None] = field(default_factory=dict)
    campaigns_started: Mapping[int, datetime | None] = field(default_factory=dict)
    campaigns_finished: Mapping[int, datetime | None] = field(default_factory=dict)

    @property
    def is_unsubscribed(self) -> bool:
        """Whether the email address is, whatever the SMS number."""
        return self.status.casefold() == "unsubscribed"

    @property
    def is_sms_unsubscribed(self) -> bool:
        """Whether the SMS number is, whatever the email address."""
        return self.sms_status.casefold() == "unsubscribed"


@dataclass(frozen=True, slots=True)
class ContactPage:
    """The ids of some contacts. `next_cursor` leads to the next ones; None where there are no more."""

    ids: tuple[str, ...]
    next_cursor: str | None = None
