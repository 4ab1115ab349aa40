"""Contacts: find, show, update, delete, unsubscribe. Lists are in listing.py, adding is in enrolment.py."""

import time
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox import addresses, errors, fields
from integrations.sandbox.model import (
    BOUNCES,
    CONTACT_MAPPINGS,
    PENDING,
    STATUSES,
    SUBSCRIBED,
    UNSUBSCRIBED,
    Contact,
)
from integrations.sandbox.operations import enrolment
from integrations.sandbox.operations.call import (
    Call,
    contact_in_path,
    known_contact,
    optional_text,
    refuse_on_demand,
)
from integrations.sandbox.routes import route

_NO_IP = "0.0.0.0"  # noqa: S104 - the contract's value for "not known"


def describe(call: Call, contact: Contact) -> dict[str, Any]:
    """The contact object (OpenAPI document, SubscriberDetailSchema).

    an empty mapping becomes an empty list.
    """
    date = str if call.switches.unix_dates else _day
    answer: dict[str, Any] = {
        "id": str(contact.id),
        "listid": str(contact.listid),
        "optin": date(contact.optin),
        "optin_ip": _NO_IP,
        "email": contact.email,
        "status": STATUSES.get(contact.status, ""),
        "bounce": BOUNCES.get(contact.bounce, ""),
        "date": date(contact.date),
        "ip": _NO_IP,
        "unsubscription": date(contact.unsubscription),
        "unsubscription_ip": _NO_IP,
        "referrer": contact.referrer,
        "sms_phone": contact.sms_phone,
        "sms_status": STATUSES.get(contact.sms_status, ""),
        "sms_bounce": BOUNCES.get(contact.sms_bounce, ""),
        "sms_date": date(contact.sms_date),
        "sms_unsubscription": date(contact.sms_unsubscription),
        "sms_referrer": None,
    }
    answer.update((key, contact.fields.get(key, "")) for key in call.account.fields)
    answer["tags"] = [str(tag) for tag in (*contact.manual_tags, *contact.smart_tags)]
    for mapping in CONTACT_MAPPINGS:
        entries: dict[int, int] = getattr(contact, mapping)
        answer[mapping] = {str(key): str(when) for key, when in entries.items()} or []
    return answer


def _day(when: int) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%d.%m.%Y") if when else ""


@route("POST", "/subscriber")
def create(call: Call) -> dict[str, Any]:
    contact = enrolment.add_or_update(call)
    return describe(call, contact)


@route("GET", "/subscriber/{subscriberid}")
def retrieve(call: Call) -> dict[str, Any]:
    contact = contact_in_path(call)
    if contact is None:
        raise errors.no_entity(call.language)
    return describe(call, contact)


@route("POST", "/subscriber/search")
def search(call: Call) -> list[int]:
    unknown = errors.code(7) if call.switches.unknown_search_is_406 else errors.no_entity(call.language)
    return [known_contact(call, unknown).id]


@route("PUT", "/subscriber/{subscriberid}")
def update(call: Call) -> list[bool]:
    """Changes fields, email address and SMS number; an empty address or number stands for no change."""
    contact = _to_change(call)
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
    if addresses.compared(email) == addresses.compared(contact.email):
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
    if magic is None and addresses.is_blocked_for_good(email):
        raise errors.code(10, 30)


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
    contact = _to_change(call)
    call.account.remove_contact(contact)
    call.contact_changed(contact)
    return [True]


@route("POST", "/subscriber/unsubscribe")
def unsubscribe(call: Call) -> list[bool]:
    contact = known_contact(call, unknown=_nobody(call, code=7))
    end_subscription(call, contact)
    return [True]


def end_subscription(call: Call, contact: Contact) -> None:
    """Unsubscribes the contact's email address; a second time changes nothing."""
    if contact.status != UNSUBSCRIBED:
        contact.status, contact.unsubscription = UNSUBSCRIBED, int(time.time())
        call.contact_changed(contact)


def confirm(contact: Contact) -> bool:
    """What the confirmation link does: a pending contact becomes subscribed. Says whether it was pending."""
    if contact.status != PENDING:
        return False
    contact.status, contact.optin = SUBSCRIBED, int(time.time())
    return True


def _to_change(call: Call) -> Contact:
    """The contact in the path. Raises Refusal 406: the OpenAPI document lists no 404 for PUT and DELETE."""
    contact = contact_in_path(call)
    if contact is None:
        raise _nobody(call, code=4)
    return contact


def _nobody(call: Call, code: int) -> errors.Refusal:
    """What is said of an unknown contact that should be changed: a text, a code before October 2026."""
    if call.switches.before_october_2026:
        return errors.code(code)
    return errors.message(406, call.language, "no_contact")
