"""What the service knows: accounts with their contacts, tags, opt-in processes and data fields, in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.addresses import compared

PENDING, SUBSCRIBED, UNSUBSCRIBED = "pending", "subscribed", "unsubscribed"
STATUSES = {PENDING: "Opt-In Pending", SUBSCRIBED: "Subscribed", UNSUBSCRIBED: "Unsubscribed"}
BOUNCES = {
    "nobounce": "Not Bounced",
    "softbounce": "Soft Bounce",
    "hardbounce": "Hard Bounce",
    "spambounce": "Spam Bounce",
}
DEFAULT_STATUSES = frozenset({SUBSCRIBED})
DEFAULT_BOUNCES = frozenset(BOUNCES) - {"hardbounce"}


@dataclass
class Tag:
    id: int
    name: str
    text: str = ""
    smart: bool = False


@dataclass
class OptInProcess:
    id: int
    name: str
    usesingleoptin: bool = False
    pendingurl: str = ""
    thankyouurl: str = ""
    resendconfirmationemail: bool = False
    usechangeemail: bool = False


@dataclass
class DataField:
    key: str
    label: str
    type: str


@dataclass
class Contact:
    """A contact.

    times are Unix seconds with 0 for never, the mappings go from an id to the time it happened. ``key`` is the
    alphanumeric contact key, ``changed`` the time of the last change.
    """

    id: int
    listid: int
    date: int
    email: str = ""
    status: str = ""
    bounce: str = ""
    optin: int = 0
    unsubscription: int = 0
    referrer: str = ""
    sms_phone: str = ""
    sms_status: str = ""
    sms_bounce: str = ""
    sms_date: int = 0
    sms_unsubscription: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    manual_tags: dict[int, int] = field(default_factory=dict)
    smart_tags: dict[int, int] = field(default_factory=dict)
    emails_sent: dict[int, int] = field(default_factory=dict)
    emails_opened: dict[int, int] = field(default_factory=dict)
    emails_clicked: dict[int, int] = field(default_factory=dict)
    notification_emails_sent: dict[int, int] = field(default_factory=dict)
    notification_emails_opened: dict[int, int] = field(default_factory=dict)
    notification_emails_clicked: dict[int, int] = field(default_factory=dict)
    campaigns_started: dict[int, int] = field(default_factory=dict)
    campaigns_finished: dict[int, int] = field(default_factory=dict)
    key: str = ""
    changed: int = 0

    def matches(self, statuses: frozenset[str], bounces: frozenset[str]) -> bool:
        """Whether both filters let the contact through; one with an SMS number only is judged by that."""
        return (self.status or self.sms_status) in statuses and (self.bounce or self.sms_bounce) in bounces

    def newest_event(self) -> int:
        """The time of the last thing that is known to have happened to the contact."""
        dates = (self.date, self.optin, self.unsubscription, self.sms_date, self.sms_unsubscription)
        return max(*dates, *(when for mapping in CONTACT_MAPPINGS for when in getattr(self, mapping).values()))


CONTACT_MAPPINGS = (
    "manual_tags",
    "smart_tags",
    "emails_sent",
    "emails_opened",
    "emails_clicked",
    "notification_emails_sent",
    "notification_emails_opened",
    "notification_emails_clicked",
    "campaigns_started",
    "campaigns_finished",
)


@dataclass
class Profile:
    """The part of an account that lasts through a reset: who it is and its credentials."""

    uid: int
    index: int
    name: str
    language: str
    main_username: str
    username: str
    password: str
    customer_key: str
    listbuilding_key: str
    tier: int
    usergroup: str
    email: str
    firstname: str
    lastname: str
    city: str
    website: str


@dataclass
class Account:
    """One KlickTipp account and everything in it."""

    profile: Profile
    next_id: int
    predefined_listid: int = 0
    listbuilding_listid: int = 0
    listbuilding_tag_id: int = 0
    added_tag_id: int = 0
    campaign_tag_id: int = 0
    campaign_id: int = 0
    confirmation_emails: int = 0
    tags: dict[int, Tag] = field(default_factory=dict)
    processes: dict[int, OptInProcess] = field(default_factory=dict)
    fields: dict[str, DataField] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    by_email: dict[str, int] = field(default_factory=dict)
    by_sms: dict[str, int] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)

    @property
    def uid(self) -> int:
        return self.profile.uid

    @property
    def language(self) -> str:
        return self.profile.language

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def contact_by_email(self, email: str) -> Contact | None:
        found = self.by_email.get(compared(email))
        return None if found is None else self.contacts[found]

    def contact_by_sms(self, number: str) -> Contact | None:
        found = self.by_sms.get(number)
        return None if found is None else self.contacts[found]

    def contact_by_key(self, key: str) -> Contact | None:
        found = self.by_key.get(key)
        return None if found is None else self.contacts[found]

    def put_contact(self, contact: Contact) -> None:
        """Adds the contact, with a contact key, or takes over its changed email address and SMS number."""
        contact.key = contact.key or self._new_key(contact.id)
        self.contacts[contact.id] = contact
        self.by_key[contact.key] = contact.id
        if contact.email:
            self.by_email[compared(contact.email)] = contact.id
        if contact.sms_phone:
            self.by_sms[contact.sms_phone] = contact.id

    def _new_key(self, contact_id: int) -> str:
        """Starts with a letter, so that it is no id."""
        return f"k{hashlib.sha256(f'{self.uid} {contact_id}'.encode()).hexdigest()[:15]}"

    def remove_contact(self, contact: Contact) -> None:
        del self.contacts[contact.id]
        del self.by_key[contact.key]
        self.forget_addresses(contact)

    def forget_addresses(self, contact: Contact) -> None:
        self.by_email.pop(compared(contact.email), None)
        self.by_sms.pop(contact.sms_phone, None)

    def tag_named(self, name: str) -> Tag | None:
        wanted = name.strip().casefold()
        return next((tag for tag in self.tags.values() if tag.name.casefold() == wanted), None)

    def settings(self) -> dict[str, Any]:
        """The plain values of the account, without its profile and its contents."""
        return {name: getattr(self, name) for name in ACCOUNT_SETTINGS}

    def keys(self) -> Iterator[tuple[str, int, str]]:
        """The keys under which everything in the account is kept in the state file."""
        yield "settings", self.uid, ""
        yield from (("tag", self.uid, str(tag)) for tag in self.tags)
        yield from (("process", self.uid, str(process)) for process in self.processes)
        yield from (("field", self.uid, key) for key in self.fields)
        yield from (("contact", self.uid, str(contact)) for contact in self.contacts)


ACCOUNT_SETTINGS = (
    "next_id",
    "predefined_listid",
    "listbuilding_listid",
    "listbuilding_tag_id",
    "added_tag_id",
    "campaign_tag_id",
    "campaign_id",
    "confirmation_emails",
)
