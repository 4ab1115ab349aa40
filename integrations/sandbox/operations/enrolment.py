"""Adding a contact or updating it by its address: "Add or update contact" and "Sign in" share these rules."""

import time

from integrations.sandbox import addresses, errors, fields
from integrations.sandbox.model import PENDING, SUBSCRIBED, UNSUBSCRIBED, Account, Contact, OptInProcess
from integrations.sandbox.operations import tagging
from integrations.sandbox.operations.call import (
    Call,
    manual_tag,
    optional_number,
    optional_text,
    refuse_on_demand,
)


def add_or_update(call: Call, listid: int | None = None, tag_id: int | None = None) -> Contact:
    """The contact with this address, added or updated; list and tag are the call's own unless given.

    Raises Refusal with the codes of the developer guide's table, before anything is changed.
    """
    account = call.account
    email = optional_text(call, "email")
    sms = _number(call)
    if not email and not sms:
        raise errors.code(32, status=406 if {"email", "smsnumber"} & call.data.keys() else 401)
    if email:
        _check_email(email)
    process = _process(call, listid)
    tag_id = tag_id or optional_number(call, "tagid")
    tag = manual_tag(call, tag_id) if tag_id else None
    stored = fields.checked(account, call.data.get("fields"))
    contact = account.contact_by_email(email) if email else account.contact_by_sms(sms)
    if email:
        _check_state(account, contact, email, process)
    _check_number(account, contact, sms)

    now = int(time.time())
    if contact is None:
        contact = Contact(account.new_id(), process.id, now)
        contact.smart_tags[account.added_tag_id] = now
    else:
        account.forget_addresses(contact)
    if email:
        contact.email = contact.email or email
        start_opt_in(call, contact, process, now)
    if sms and sms != contact.sms_phone:
        contact.sms_phone, contact.sms_status, contact.sms_bounce = sms, SUBSCRIBED, "nobounce"
        contact.sms_date, contact.sms_unsubscription = now, 0
    account.put_contact(contact)
    contact.fields.update(stored)
    if tag:
        tagging.set_tag(account, contact, tag.id, now)
    call.contact_changed(contact)
    call.store.touch("settings", account.uid, "")
    return contact


def start_opt_in(call: Call, contact: Contact, process: OptInProcess, now: int) -> None:
    """Subscribes by single opt-in.

    by double opt-in the contact is pending and a confirmation email is counted.
    """
    if contact.status == SUBSCRIBED:
        return
    contact.bounce = contact.bounce or "nobounce"
    if process.usesingleoptin:
        contact.status, contact.optin, contact.listid = SUBSCRIBED, now, process.id
        return
    if contact.status != PENDING:
        contact.status, contact.listid = PENDING, process.id
        call.account.confirmation_emails += 1
    elif process.resendconfirmationemail:
        call.account.confirmation_emails += 1
    call.store.touch("settings", call.account.uid, "")


def is_unsubscribed_number(account: Account, number: str) -> bool:
    owner = account.contact_by_sms(number)
    return number == addresses.UNSUBSCRIBED_NUMBER or (owner is not None and owner.sms_status == UNSUBSCRIBED)


def _number(call: Call) -> str:
    given = optional_text(call, "smsnumber")
    if not given:
        return ""
    stored = addresses.sms_number(given)
    if stored is None:
        raise errors.code(11)
    return stored


def _check_email(email: str) -> None:
    if not addresses.is_email(email):
        raise errors.code(5)
    refuse_on_demand(email)
    magic = addresses.magic_code(email)
    if magic is not None and magic != 6:
        raise errors.code(magic)
    if magic is None and addresses.is_blocked_for_good(email):
        raise errors.code(10)


def _process(call: Call, listid: int | None) -> OptInProcess:
    wanted = listid or optional_number(call, "listid") or call.account.predefined_listid
    process = call.account.processes.get(wanted)
    if process is None:
        raise errors.code(402)
    return process


def _check_state(account: Account, contact: Contact | None, email: str, process: OptInProcess) -> None:
    if contact and contact.status == UNSUBSCRIBED:
        raise errors.code(4)
    confirms = not process.usesingleoptin and (contact is None or contact.status != SUBSCRIBED)
    if confirms and addresses.magic_code(email) == 6:
        raise errors.code(6)


def _check_number(account: Account, contact: Contact | None, sms: str) -> None:
    if not sms:
        return
    owner = account.contact_by_sms(sms)
    if contact is not None and owner is contact and owner.sms_status != UNSUBSCRIBED:
        return
    if is_unsubscribed_number(account, sms):
        raise errors.code(10, 10)
    if owner is not None:
        raise errors.code(9)
