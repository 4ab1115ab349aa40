"""What the portal knows of each of the library's operations: one row for each, beside the library's own.

Whoever adds an operation finds the way in `docs/adding-an-operation.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations import klicktipp
from integrations.klicktipp import Problem
from integrations.messages import Message, message


def _nothing(result: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class PortalOperation:
    """What the portal does with the calls of an operation.

    label: what it does, in the words of its users
    kept_arguments: those that the log keeps. Never data of a contact, but for the ids of its data fields
    kept_answer: what the log keeps of a successful answer, ready for JSON: ids, statuses and counts, see `KEPT`
    contacts_in_answer: the contacts that the answer holds, by the names that arguments have, so that the log finds them
    adds_contact: whether it can bring a new contact
    proves_consent: whether its entries tell that somebody could be written to, or no more; teams keep them longer
    refusal_tells_of_key: whether a 401 or 403 says that the key is refused for everything else, too
    messages: what people read of a problem where this operation needs words of its own, mostly for what to do now
    """

    label: Promise
    kept_arguments: tuple[str, ...] = ()
    kept_answer: Callable[[Any], dict[str, Any]] = _nothing
    contacts_in_answer: Callable[[Any], list[dict[str, Any]]] | None = None
    adds_contact: bool = False
    proves_consent: bool = False
    refusal_tells_of_key: bool = True
    messages: Mapping[str, Message] = field(default_factory=dict)


KEPT: Final[Mapping[str, Promise]] = {
    "contact_id": _("Contact ID"),
    "contact_ids": _("Contact IDs"),
    "since": _("Changed since"),
    "limit": _("At most"),
    "status": _("Email status"),
    "sms_status": _("SMS status"),
    "bounce_status": _("Bounce status"),
    "optin_process_id": _("Opt-in process"),
    "single_optin": _("Single opt-in"),
    "name": _("Name"),
    "tag_id": _("Tag"),
    "tag_ids": _("Tags"),
    "fields": _("Data fields"),
    "field_id": _("Data field"),
    "account_id": _("KlickTipp account"),
    "count": _("Number in the list"),
}
"""What the log keeps of arguments and answers, in the words of its readers and the order in which they read it."""


def _count(result: Any) -> dict[str, Any]:
    return {"count": len(result)}


def _contact(result: Any) -> dict[str, Any]:
    return {
        "contact_id": result.id,
        "status": result.status,
        "sms_status": result.sms_status,
        "tag_ids": list(result.tag_ids),
    }


def _count_of_page(result: Any) -> dict[str, Any]:
    return {"count": len(result.ids)}


def _found(result: Any) -> list[dict[str, Any]]:
    return [{"contact_id": result}]


def _by_all(result: Any) -> list[dict[str, Any]]:
    return [{"contact_id": result.id, "email": result.email, "sms_number": result.sms_number}]


def _each_by_all(result: Any) -> list[dict[str, Any]]:
    return [named for contact in result.values() if contact for named in _by_all(contact)]


_NO_SUCH_CONTACT = message(Problem.CONTACT_NOT_FOUND)
_NOT_FOUND_WHEN_ADDING = Message(
    _NO_SUCH_CONTACT.what,
    _("please send the form again; if it happens again, give this code to KlickTipp's support"),
)
_NOBODY_TO_TAG = Message(
    message(Problem.EMAIL_NOT_FOUND).what,
    _("KlickTipp has no contact with this address: please check how it is written, or add the contact first"),
)
_NOBODY_TO_UNTAG = Message(
    message(Problem.EMAIL_NOT_FOUND).what,
    _("KlickTipp has no contact with this address, so there is no tag to remove: please check how it is written"),
)
_NO_TAG_TAKEN = Message(
    message(Problem.CONTACT_NOT_SUBSCRIBED).what,
    _("so KlickTipp has taken no tag from it; the contact's page shows which tags it has"),
)
_NOTHING_TO_END = _(
    "so there is nothing to unsubscribe; if this portal must not add the contact again, put it on the suppression list"
)
_NOTHING_ENDED: dict[str, Message] = {
    problem: Message(message(problem).what, _NOTHING_TO_END)
    for problem in (Problem.CONTACT_NOT_SUBSCRIBED, Problem.SUBSCRIPTION_NOT_FOUND)
}
_NOT_SAVED_WHEN_ADDING = Message(
    _("KlickTipp has not saved the contact and does not say why"),
    _("it may block this address for good, so please check it, or use another address of this person"),
)
_WHEN_ADDING: dict[str, Message] = {
    Problem.CONTACT_NOT_FOUND: _NOT_FOUND_WHEN_ADDING,
    Problem.UPDATE_FAILED: _NOT_SAVED_WHEN_ADDING,
}
_TAG_IN_USE = Message(
    _("the tag is in use in KlickTipp, so it was not deleted"),
    _("take it out of the campaigns that use it, then delete it again"),
)
_ADDRESS_GONE = Message(
    _("KlickTipp does not find the email address of this contact"),
    _("the contact may have been changed or deleted meanwhile; please load the page again"),
)

OPERATIONS: Final[Mapping[str, PortalOperation]] = MappingProxyType(
    {
        "login": PortalOperation(
            label=_("Sign in to KlickTipp"),
            kept_answer=lambda session: {"account_id": session.account.id if session.account else None},
        ),
        "logout": PortalOperation(
            label=_("Sign out of KlickTipp"),
            refusal_tells_of_key=False,
        ),
        "get_account": PortalOperation(
            label=_("Read the KlickTipp account"),
            kept_answer=lambda account: {"account_id": account.id},
            refusal_tells_of_key=False,  # refused to keys that may do everything else
        ),
        "list_optin_processes": PortalOperation(
            label=_("List opt-in processes"),
            kept_answer=_count,
        ),
        "get_optin_process": PortalOperation(
            label=_("Read an opt-in process"),
            kept_arguments=("optin_process_id",),
            kept_answer=lambda process: {"single_optin": process.single_optin},
        ),
        "get_optin_redirect": PortalOperation(
            label=_("Look up the page after sign-up"),
            kept_arguments=("optin_process_id",),
        ),
        "list_tags": PortalOperation(
            label=_("List tags"),
            kept_answer=_count,
        ),
        "get_tag": PortalOperation(
            label=_("Read a tag"),
            kept_arguments=("tag_id",),
        ),
        "create_tag": PortalOperation(
            label=_("Create a tag"),
            kept_arguments=("name",),
            kept_answer=lambda tag_id: {"tag_id": tag_id},
        ),
        "update_tag": PortalOperation(
            label=_("Change a tag"),
            kept_arguments=("tag_id", "name"),
        ),
        "delete_tag": PortalOperation(
            label=_("Delete a tag"),
            kept_arguments=("tag_id",),
            messages={Problem.IN_USE: _TAG_IN_USE},
        ),
        "list_fields": PortalOperation(
            label=_("List data fields"),
            kept_answer=_count,
        ),
        "get_field": PortalOperation(
            label=_("Read a data field"),
            kept_arguments=("field_id",),
        ),
        "list_typed_fields": PortalOperation(
            label=_("List data fields with their types"),
            kept_answer=_count,
        ),
        "get_typed_field": PortalOperation(
            label=_("Read a data field with its type"),
            kept_arguments=("field_id",),
        ),
        "list_contacts": PortalOperation(
            label=_("List contacts"),
            kept_arguments=("status", "bounce_status"),
            kept_answer=_count,
        ),
        "list_contacts_by_page": PortalOperation(
            label=_("List contacts by pages"),
            kept_arguments=("limit", "status", "bounce_status"),
            kept_answer=_count_of_page,
        ),
        "list_changed_contacts": PortalOperation(
            label=_("List changed contacts"),
            kept_arguments=("since", "limit"),
            kept_answer=_count_of_page,
        ),
        "add_or_update_contact": PortalOperation(
            label=_("Add or update a contact"),
            proves_consent=True,
            kept_arguments=("optin_process_id", "tag_id", "fields"),
            kept_answer=_contact,
            contacts_in_answer=_by_all,
            adds_contact=True,
            messages=_WHEN_ADDING,
        ),
        "get_contacts": PortalOperation(
            label=_("Read many contacts"),
            kept_arguments=("contact_ids",),
            kept_answer=lambda contacts: {"count": sum(contact is not None for contact in contacts.values())},
            contacts_in_answer=_each_by_all,
        ),
        "get_contact": PortalOperation(
            label=_("Read a contact"),
            kept_arguments=("contact_id",),
            kept_answer=_contact,
            contacts_in_answer=_by_all,
        ),
        "update_contact": PortalOperation(
            label=_("Change a contact"),
            kept_arguments=("contact_id", "fields"),
            messages={Problem.SUBSCRIPTION_NOT_FOUND: _NO_SUCH_CONTACT},
        ),
        "delete_contact": PortalOperation(
            label=_("Delete a contact"),
            proves_consent=True,
            kept_arguments=("contact_id",),
            messages={Problem.SUBSCRIPTION_NOT_FOUND: _NO_SUCH_CONTACT},
        ),
        "unsubscribe_contact": PortalOperation(
            label=_("Unsubscribe a contact"),
            proves_consent=True,
            messages={**_NOTHING_ENDED, Problem.EMAIL_NOT_FOUND: _ADDRESS_GONE},
        ),
        "find_contact": PortalOperation(
            label=_("Find a contact"),
            kept_answer=lambda contact_id: {"contact_id": contact_id},
            contacts_in_answer=_found,
        ),
        "tag_contact": PortalOperation(
            label=_("Tag a contact"),
            kept_arguments=("tag_ids",),
            messages={Problem.EMAIL_NOT_FOUND: _NOBODY_TO_TAG},
        ),
        "untag_contact": PortalOperation(
            label=_("Remove a tag from a contact"),
            kept_arguments=("tag_id",),
            messages={Problem.CONTACT_NOT_SUBSCRIBED: _NO_TAG_TAKEN, Problem.EMAIL_NOT_FOUND: _NOBODY_TO_UNTAG},
        ),
        "list_tagged_contacts": PortalOperation(
            label=_("List the contacts with a tag"),
            kept_arguments=("tag_id", "status", "bounce_status"),
            kept_answer=_count,
        ),
        "signin": PortalOperation(
            label=_("Sign up through listbuilding"),
            proves_consent=True,
            kept_arguments=("fields",),
            adds_contact=True,
            refusal_tells_of_key=False,
            messages=_WHEN_ADDING,
        ),
        "signout": PortalOperation(
            label=_("Remove the listbuilding's tag"),
            refusal_tells_of_key=False,
            messages={Problem.CONTACT_NOT_SUBSCRIBED: _NO_TAG_TAKEN},
        ),
        "signoff": PortalOperation(
            label=_("Unsubscribe through listbuilding"),
            proves_consent=True,
            refusal_tells_of_key=False,
            messages=_NOTHING_ENDED,
        ),
    }
)
"""Every operation of the library by its name."""

SIGNING_IN: Final = tuple(name for name, operation in klicktipp.OPERATIONS.items() if operation.is_session)
"""The operations of an API user's session. Once done, they say nothing of the action that they were needed for."""

ADDING_OPERATIONS: Final = tuple(name for name, operation in OPERATIONS.items() if operation.adds_contact)
"""The operations that can bring a new contact."""


LOOKING_OPERATIONS: Final = tuple(
    name for name, operation in OPERATIONS.items() if operation.contacts_in_answer and klicktipp.OPERATIONS[name].safe
)
"""The operations by which people are looked at."""


def only_reads(operation: str) -> bool:
    """Whether nothing of what somebody wants changed is in such a call: of reading, and of signing in for whatever."""
    known = klicktipp.OPERATIONS.get(operation)
    return known is not None and (known.safe or known.is_session)


def message_of(operation: str, problem: str, code: int | None = None, *, reads: bool | None = None) -> Message:
    """The message for a problem of an operation, in words of its own where it needs some; see `message`.

    reads: as the operation does, unless told
    """
    known = OPERATIONS.get(operation)
    own = known and known.messages.get(problem)
    return own or message(problem, code, reads=only_reads(operation) if reads is None else reads)
