"""Contacts: list, find, show, update, delete, unsubscribe. Adding is in enrolment.py."""

import time
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox import addresses, errors, fields
from integrations.sandbox.model import (
    BOUNCES,
    CONTACT_MAPPINGS,
    DEFAULT_BOUNCES,
    DEFAULT_STATUSES,
    PENDING,
    STATUSES,
    SUBSCRIBED,
    UNSUBSCRIBED,
    Account,
    Contact,
)
from integrations.sandbox.operations import enrolment
from integrations.sandbox.operations.call import (
    Call,
    choices,
    known_contact,
    number,
    optional_text,
    path_number,
    query_values,
    refuse_on_demand,
)
from integrations.sandbox.routes import route

_NO_IP = "0.0.0.0"  # noqa: S104 - the contract's value for "not known"


def describe(account: Account, contact: Contact) -> dict[str, Any]:
    """The contact object (OpenAPI document, SubscriberDetailSchema).

    an empty mapping becomes an empty list.
    """
    answer: dict[str, Any] = {
        "id": str(contact.id),
        "listid": str(contact.listid),
        "optin": _day(contact.optin),
        "optin_ip": _NO_IP,
        "email": contact.email,
        "status": STATUSES.get(contact.status, ""),
        "bounce": BOUNCES.get(contact.bounce, ""),
        "date": _day(contact.date),
        "ip": _NO_IP,
        "unsubscription": _day(contact.unsubscription),
        "unsubscription_ip": _NO_IP,
        "referrer": contact.referrer,
        "sms_phone": contact.sms_phone,
        "sms_status": STATUSES.get(contact.sms_status, ""),
        "sms_bounce": BOUNCES.get(contact.sms_bounce, ""),
        "sms_date": _day(contact.sms_date),
        "sms_unsubscription": _day(contact.sms_unsubscription),
        "sms_referrer": None,
    }
    answer.update((key, contact.fields.get(key, "")) for key in account.fields)
    answer["tags"] = [str(tag) for tag in (*contact.manual_tags, *contact.smart_tags)]
    for mapping in CONTACT_MAPPINGS:
        entries: dict[int, int] = getattr(contact, mapping)
        answer[mapping] = {str(key): str(when) for key, when in entries.items()} or []
    return answer


def _day(when: int) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%d.%m.%Y") if when else ""


@route("GET", "/subscriber")
def index(call: Call) -> dict[str, list[str]]:
    query = query_values(call)
    statuses = choices(call, "status", query.get("status"), STATUSES, DEFAULT_STATUSES)
    bounces = choices(call, "bounceStatus", query.get("bounceStatus"), BOUNCES, DEFAULT_BOUNCES)
    found = [str(contact.id) for contact in call.account.contacts.values() if contact.matches(statuses, bounces)]
    if not found:
        raise errors.message(404, call.language, "no_contacts")
    return {"subscribers": found}


@route("POST", "/subscriber")
def create(call: Call) -> dict[str, Any]:
    contact = enrolment.add_or_update(call)
    return describe(call.account, contact)


@route("GET", "/subscriber/{subscriberid}")
def retrieve(call: Call) -> dict[str, Any]:
    contact = call.account.contacts.get(path_number(call))
    if contact is None:
        raise errors.no_entity(call.language)
    return describe(call.account, contact)


@route("POST", "/subscriber/search")
def search(call: Call) -> list[int]:
    return [known_contact(call, unknown=errors.no_entity(call.language)).id]


@route("PUT", "/subscriber/{subscriberid}")
def update(call: Call) -> list[bool]:
    """Changes fields, email address and SMS number; an empty address or number stands for no change."""
    contact = _by_path(call)
    email, sms = optional_text(call, "newemail"), optional_text(call, "newsmsnumber")
    stored = fields.checked(call.account, call.data.get("fields"))
    if email:
        _check_new_email(call, contact, email)
    if sms:
        sms = _new_number(call, contact, sms)
    now = int(time.time())
    call.account.forget_addresses(contact)
    if email and not contact.email:
        enrolment.start_opt_in(call, contact, call.account.processes[contact.listid], now)
    if email:
        contact.email = email
    if sms and sms != contact.sms_phone:
        contact.sms_phone, contact.sms_status, contact.sms_bounce = sms, SUBSCRIBED, "nobounce"
        contact.sms_date, contact.sms_unsubscription = now, 0
    call.account.put_contact(contact)
    contact.fields.update(stored)
    call.contact_changed(contact)
    return [True]


def _check_new_email(call: Call, contact: Contact, email: str) -> None:
    """Accepts a new address or raises Refusal.

    That is 10 with the reason, 30 if the contact is unsubscribed, 507 if another contact has the address.
    """
    if email.casefold() == contact.email.casefold():
        return
    refuse_on_demand(email)
    if not addresses.is_email(email):
        raise errors.code(10, 5)
    if contact.status == UNSUBSCRIBED:
        raise errors.code(30)
    if call.account.contact_by_email(email):
        raise errors.code(507)
    magic = addresses.magic_code(email)
    if magic in (6, 30):
        raise errors.code(10, magic)


def _new_number(call: Call, contact: Contact, given: str) -> str:
    """The number in its stored form. Raises Refusal 10 with the reason."""
    stored = addresses.sms_number(given)
    if stored is None:
        raise errors.code(10, 11)
    if stored == contact.sms_phone:
        return stored
    if enrolment.is_unsubscribed_number(call.account, stored):
        raise errors.code(10, 10)
    if call.account.contact_by_sms(stored):
        raise errors.code(10, 9)
    return stored


@route("DELETE", "/subscriber/{subscriberid}")
def delete(call: Call) -> list[bool]:
    contact = _by_path(call)
    del call.account.contacts[contact.id]
    call.account.forget_addresses(contact)
    call.contact_changed(contact)
    return [True]


@route("POST", "/subscriber/unsubscribe")
def unsubscribe(call: Call) -> list[bool]:
    contact = known_contact(call, unknown=errors.code(7))
    end_subscription(call, contact)
    return [True]


def end_subscription(call: Call, contact: Contact) -> None:
    """Unsubscribes the contact's email address; a second time changes nothing."""
    if contact.status != UNSUBSCRIBED:
        contact.status, contact.unsubscription = UNSUBSCRIBED, int(time.time())
        call.contact_changed(contact)


def confirm(account: Account, contact: Contact) -> bool:
    """What the confirmation link does: a pending contact becomes subscribed. Says whether it was pending."""
    if contact.status != PENDING:
        return False
    contact.status, contact.optin = SUBSCRIBED, int(time.time())
    return True


def _by_path(call: Call) -> Contact:
    """The contact to change.

    Raises Refusal with code 4: the OpenAPI document lists no 404 for PUT and DELETE.
    """
    contact = call.account.contacts.get(number(call.id) or 0)
    if contact is None:
        raise errors.code(4)
    return contact
