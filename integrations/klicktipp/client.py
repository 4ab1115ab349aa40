"""The KlickTipp API: one method for each of its operations."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from . import answers
from .auth import Auth, SessionAuth, header_value
from .calls import Caller
from .errors import AccessDenied, ConfigurationError
from .models import Account, Contact, ContactPage, Field, OptinProcess, SessionToken, Tag
from .observer import Observer
from .tagged import TaggedContacts
from .transport import Transport

VERSION: Final = "1.0"

_SUBSCRIBED: Final = ("subscribed",)
_NOT_HARD_BOUNCED: Final = ("nobounce", "softbounce", "spambounce")


class KlickTipp:
    """A client of the KlickTipp API for one account. Safe to be used by many threads at once.

    auth: `DeveloperKeyAuth` or `SessionAuth`; None is enough for `login`, `signin`, `signout` and `signoff`
    timeout: seconds for connecting, and for each wait for a part of the answer
    deadline: seconds for one call as a whole, with its repetitions and pauses
    budget: seconds for all calls together, counted from the first; afterwards they raise `Unreachable`
    observer: sees every HTTP attempt before it leaves and after it has ended
    transport: the connections to use, shared with other clients; own ones if None
    proxy: URL of a proxy for own connections
    client_identifier, connector_version: how the client names itself to the service

    Every method raises a `KlickTippError` if it does not reach its result. What was refused or never sent is
    tried up to three times, and so is what broke off and may be repeated; see `retries`. Arguments that are
    None are not sent. `ConfigurationError` if the client itself cannot be made.
    """

    def __init__(
        self,
        auth: Auth | None,
        base_url: str = "https://api.klicktipp.com",
        timeout: tuple[float, float] = (5, 30),
        *,
        deadline: float = 60.0,
        budget: float | None = None,
        observer: Observer | None = None,
        transport: Transport | None = None,
        proxy: str | None = None,
        client_identifier: str = "ktportal",
        connector_version: str = VERSION,
    ) -> None:
        if transport is not None and proxy is not None:
            raise ConfigurationError(hint="a transport brings its own proxy")
        self._caller = Caller(
            auth,
            base_url,
            transport or Transport(proxy=proxy),
            {
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "Client-Identifier": header_value("client_identifier", client_identifier),
                "Connector-Version": header_value("connector_version", connector_version),
                "User-Agent": header_value("client_identifier", f"{client_identifier}/{connector_version}"),
            },
            timeout=timeout,
            deadline=deadline,
            budget=budget,
            observer=observer,
        )

    # --- Account ---

    def login(self, username: str | None = None, password: str | None = None) -> SessionToken:
        """Sign in and give the session.

        With a `SessionAuth` its own username and password can be left out; the session is then kept for the
        calls to come.
        """
        auth = self._caller.auth
        own = auth if isinstance(auth, SessionAuth) and username is None and password is None else None
        if own:
            username, password = own.username, own.password
            own.store.note_try(datetime.now(UTC))
        session = self._caller.call("login", {"username": username, "password": password}, answers.session)
        if own:
            own.store.save(session)
        return session

    def logout(self) -> None:
        """End the session. Without one there is nothing to do, and nothing is sent."""
        auth = self._caller.auth
        store = auth.store if isinstance(auth, SessionAuth) else None
        if store and store.load() is None:
            return
        try:
            self._caller.call("logout", {}, answers.done, when_nothing=None)
        except AccessDenied:
            if store:
                store.save(None)
            raise
        if store:
            store.save(None)

    def get_account(self) -> Account:
        """The account the calls are about."""
        return self._caller.call("get_account", {}, answers.account)

    # --- Opt-in processes ---

    def list_optin_processes(self) -> tuple[OptinProcess, ...]:
        """All opt-in processes, with id and name only. The one without a name is the predefined one."""
        return self._caller.call("list_optin_processes", {}, answers.optin_processes)

    def get_optin_process(self, optin_process_id: int) -> OptinProcess:
        """One opt-in process with all its settings."""
        given = {"optin_process_id": optin_process_id}
        return self._caller.call("get_optin_process", given, answers.optin_process)

    def get_optin_redirect(self, optin_process_id: int, email: str) -> str:
        """The URL to which an opt-in process sends this contact on; "" if there is none."""
        given = {"optin_process_id": optin_process_id, "email": email}
        return self._caller.call("get_optin_redirect", given, answers.redirect)

    # --- Tags ---

    def list_tags(self) -> tuple[Tag, ...]:
        """All tags, without their descriptions."""
        return self._caller.call("list_tags", {}, answers.tags)

    def get_tag(self, tag_id: int) -> Tag:
        """One tag with its description."""
        return self._caller.call("get_tag", {"tag_id": tag_id}, answers.tag)

    def create_tag(self, name: str, text: str | None = None) -> int:
        """Create a tag with this name and description, and give its id."""
        return self._caller.call("create_tag", {"name": name, "text": text}, answers.created_tag)

    def update_tag(self, tag_id: int, name: str | None = None, text: str | None = None) -> None:
        """Change the name or the description of a tag."""
        given = {"tag_id": tag_id, "name": name, "text": text}
        return self._caller.call("update_tag", given, answers.done)

    def delete_tag(self, tag_id: int) -> None:
        """Delete a tag, and take it from all contacts."""
        return self._caller.call("delete_tag", {"tag_id": tag_id}, answers.done)

    # --- Data fields ---

    def list_fields(self) -> tuple[Field, ...]:
        """All data fields, without their types."""
        return self._caller.call("list_fields", {}, answers.fields)

    def get_field(self, field_id: str) -> Field:
        """One data field, by its id with or without the prefix `field`."""
        return self._caller.call("get_field", {"field_id": field_id}, answers.field)

    def list_typed_fields(self) -> tuple[Field, ...]:
        """All data fields with their types. A service of before October 2026 refuses it with 404 or 405, or tells no
        types."""
        return self._caller.call("list_typed_fields", {}, answers.fields)

    def get_typed_field(self, field_id: str) -> Field:
        """One data field with its type, as `get_field` and `list_typed_fields`."""
        return self._caller.call("get_typed_field", {"field_id": field_id}, answers.field)

    # --- Contacts ---

    def list_contacts(
        self,
        status: str | Iterable[str] | None = None,
        bounce_status: str | Iterable[str] | None = None,
    ) -> tuple[str, ...]:
        """The ids of all contacts that have one of these statuses and one of these bounce statuses.

        status: of `STATUSES`; None is subscribed contacts only
        bounce_status: of `BOUNCE_STATUSES`; None is all but hard bounces
        """
        given = {"status": status, "bounce_status": bounce_status}
        return self._caller.call("list_contacts", given, answers.contact_ids, when_nothing=())

    def list_contacts_by_page(
        self,
        limit: int | None = None,
        cursor: str | None = None,
        status: str | Iterable[str] | None = None,
        bounce_status: str | Iterable[str] | None = None,
    ) -> ContactPage:
        """As `list_contacts`, one page of it. A service of before October 2026 gives all ids as one page.

        limit: 1 to 500 contacts
        cursor: the `next_cursor` of the page before; None is the first page
        """
        given = {"limit": limit, "cursor": cursor, "status": status, "bounce_status": bounce_status}
        page = answers.contact_page
        return self._caller.call("list_contacts_by_page", given, page, when_nothing=ContactPage(()))

    def list_changed_contacts(
        self, since: datetime | int, limit: int | None = None, cursor: str | None = None
    ) -> ContactPage:
        """The ids of contacts that were changed since a moment, one page of them. A service of before October 2026
        refuses it with 404 or 405.

        since: with a time zone, or in seconds of unix time; what was changed in that second is there
        limit: 1 to 200 contacts
        cursor: the `next_cursor` of the page before; None is the first page
        """
        given = {"since": since, "limit": limit, "cursor": cursor}
        return self._caller.call("list_changed_contacts", given, answers.contact_page)

    def add_or_update_contact(
        self,
        email: str | None = None,
        sms_number: str | None = None,
        *,
        optin_process_id: int | None = None,
        tag_id: int | None = None,
        fields: Mapping[str, str | int | None] | None = None,
    ) -> Contact:
        """Add a contact, or update the one that has this address, and give it.

        This can send a confirmation email and start automations.

        email, sms_number: at least one. Numbers start with + or 00
        optin_process_id: None is the predefined double opt-in process
        tag_id: a tag to set
        fields: values by the id of the data field, in the form its type has on the wire
        """
        given = {
            "email": email,
            "sms_number": sms_number,
            "optin_process_id": optin_process_id,
            "tag_id": tag_id,
            "fields": fields,
        }
        return self._caller.call("add_or_update_contact", given, answers.added_contact)

    def get_contact(self, contact_id: str) -> Contact:
        """One contact with all its data, by its id or its key.

        `ServiceError` if the answer is about another one.
        """
        read = answers.contact_of(str(contact_id))
        return self._caller.call("get_contact", {"contact_id": contact_id}, read)

    def get_contacts(self, contact_ids: Iterable[int | str]) -> Mapping[str, Contact | None]:
        """Up to 200 contacts by their ids, None for who is not there; who cannot be read is left out. A service of
        before October 2026 refuses it with 404 or 405."""
        wanted = list(map(str, contact_ids))
        return self._caller.call("get_contacts", {"contact_ids": wanted}, partial(answers.contacts, wanted=wanted))

    def update_contact(
        self,
        contact_id: str,
        *,
        new_email: str | None = None,
        new_sms_number: str | None = None,
        fields: Mapping[str, str | int | None] | None = None,
    ) -> None:
        """Change addresses or data fields of a contact, by its id or its key."""
        given = {
            "contact_id": contact_id,
            "new_email": new_email,
            "new_sms_number": new_sms_number,
            "fields": fields,
        }
        return self._caller.call("update_contact", given, answers.done)

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact with all its data, by its id or its key."""
        return self._caller.call("delete_contact", {"contact_id": contact_id}, answers.done)

    def unsubscribe_contact(self, email: str) -> None:
        """Unsubscribe a contact from emails. Whether this ends SMS too is not documented."""
        return self._caller.call("unsubscribe_contact", {"email": email}, answers.done)

    def find_contact(self, email: str) -> str | None:
        """The id of the contact with this email address, None if there is none."""
        return self._caller.call("find_contact", {"email": email}, answers.found_contact, when_nothing=None)

    def tag_contact(self, email: str, tag_ids: int | Iterable[int]) -> None:
        """Set one or more tags for a contact. This can start campaigns."""
        return self._caller.call("tag_contact", {"email": email, "tag_ids": tag_ids}, answers.done)

    def untag_contact(self, email: str, tag_id: int) -> None:
        """Take a tag from a contact."""
        return self._caller.call("untag_contact", {"email": email, "tag_id": tag_id}, answers.done)

    def list_tagged_contacts(
        self,
        tag_id: int,
        status: str | Iterable[str] | None = None,
        bounce_status: str | Iterable[str] | None = None,
    ) -> TaggedContacts:
        """The ids of the contacts with this tag, and when each was tagged, None where the service does not tell it.
        Filters as in `list_contacts`."""
        given = {
            "tag_id": tag_id,
            "status": _SUBSCRIBED if status is None else status,
            "bounce_status": _NOT_HARD_BOUNCED if bounce_status is None else bounce_status,
        }
        return self._caller.call(
            "list_tagged_contacts",
            given,
            answers.tagged_contacts,
            when_nothing=TaggedContacts.of(()),
            read_bytes=answers.tagged_contacts_in_bytes,
        )

    # --- Newsletter sign-up with a listbuilding API key ---

    def signin(
        self,
        api_key: str,
        email: str | None = None,
        sms_number: str | None = None,
        *,
        fields: Mapping[str, str | int | None] | None = None,
    ) -> str:
        """Add or update a contact, set the key's tag, and give the URL to send the contact on to, "" if none.

        This can send a confirmation email and start automations.
        """
        given = {"api_key": api_key, "email": email, "sms_number": sms_number, "fields": fields}
        return self._caller.call("signin", given, answers.signed_in)

    def signout(self, api_key: str, email: str) -> None:
        """Take the key's tag from a contact."""
        return self._caller.call("signout", {"api_key": api_key, "email": email}, answers.done)

    def signoff(self, api_key: str, email: str) -> None:
        """Unsubscribe a contact."""
        return self._caller.call("signoff", {"api_key": api_key, "email": email}, answers.done)
