"""Setting and removing tags, and the contacts that have one."""

import time

from integrations.sandbox import errors
from integrations.sandbox.model import UNSUBSCRIBED, Account, Contact
from integrations.sandbox.operations.call import (
    Call,
    filtered,
    items,
    known_contact,
    manual_tag,
    number,
    required_number,
)
from integrations.sandbox.routes import route


def set_tag(account: Account, contact: Contact, tag_id: int, now: int) -> None:
    """Sets a tag; the first time counts. The campaign's tag starts the campaign."""
    contact.manual_tags.setdefault(tag_id, now)
    if tag_id == account.campaign_tag_id:
        contact.campaigns_started.setdefault(account.campaign_id, now)


@route("POST", "/subscriber/tag")
def tag(call: Call) -> list[bool]:
    contact = known_contact(call, unknown=errors.code(7))
    given = call.data.get("tagids")
    wanted = [number(item) for item in items(given)]
    if not wanted or None in wanted:
        raise errors.message(400, call.language, "must_be_numbers", key="tagids")
    tags = [manual_tag(call, tag_id or 0) for tag_id in wanted]
    if contact.status == UNSUBSCRIBED:
        raise errors.code(9)
    now = int(time.time())
    if any(found.id not in contact.manual_tags for found in tags):
        for found in tags:
            set_tag(call.account, contact, found.id, now)
        call.contact_changed(contact)
    return [True]


@route("POST", "/subscriber/untag")
def untag(call: Call) -> list[bool]:
    contact = known_contact(call, unknown=errors.code(7))
    found = manual_tag(call, required_number(call, "tagid"))
    if contact.manual_tags.pop(found.id, None) is not None:
        call.contact_changed(contact)
    return [True]


@route("POST", "/subscriber/tagged")
def tagged(call: Call) -> dict[str, str] | list[str]:
    """The contacts with a tag, manual or SmartTag, and when it was set.

    The filters may stand in the query as well. Raises Refusal 403 for an unknown tag.
    """
    wanted = required_number(call, "tagid")
    contacts = filtered(call)
    found = call.account.tags.get(wanted)
    if found is None:
        raise errors.code(403)
    mapping = "smart_tags" if found.smart else "manual_tags"
    times = ((contact, getattr(contact, mapping).get(wanted)) for contact in contacts)
    return {str(contact.id): str(when) for contact, when in times if when is not None} or []
