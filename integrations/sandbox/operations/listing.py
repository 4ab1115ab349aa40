"""Lists of contacts: all of them, page by page, those that changed, and many contacts at once."""

from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.operations.call import Call, filtered, number, query_value, since_october
from integrations.sandbox.operations.contacts import describe
from integrations.sandbox.operations.paging import Order, page
from integrations.sandbox.routes import route

_MOST_AT_ONCE = 200
_BY_ID = Order("all", 500, lambda contact: (contact.id,))
_BY_CHANGE = Order("changed", 200, lambda contact: (contact.changed, contact.id))


@route("GET", "/subscriber")
def index(call: Call) -> dict[str, Any] | list[str]:
    """The ids of all contacts, or of a page of them where the query has a limit or a cursor."""
    found = filtered(call)
    if query_value(call, "limit") or query_value(call, "cursor"):
        since_october(call)
        return page(call, _BY_ID, found)
    if not found:
        raise errors.message(404, call.language, "no_contacts")
    ids = [str(contact.id) for contact in found]
    as_object = call.switches.contacts_as_object or call.switches.before_october_2026
    return {"subscribers": ids} if as_object else ids


@route("GET", "/subscriber/changed")
def changed(call: Call) -> dict[str, Any]:
    """A page of the contacts of any status that were changed at ``from`` or later, by the time of their last change.

    Raises Refusal 400 without ``from`` in unix seconds.
    """
    since_october(call)
    since = number(query_value(call, "from"))
    if since is None:
        raise errors.message(400, call.language, "must_be_number", key="from")
    return page(call, _BY_CHANGE, [each for each in call.account.contacts.values() if each.changed >= since])


@route("GET", "/subscriber/bulk/{subscriberids}")
def retrieve_many(call: Call) -> dict[str, dict[str, Any] | None]:
    """The contacts of up to 200 ids, None for who is not there. Raises Refusal 400 for more, and for what is no id."""
    since_october(call)
    wanted = [number(word) for word in call.id.split(",")]
    if len(wanted) > _MOST_AT_ONCE or None in wanted:
        raise errors.message(400, call.language, "bulk_ids", most=_MOST_AT_ONCE)
    contacts = {str(id_): call.account.contacts.get(id_ or 0) for id_ in wanted}
    return {id_: describe(call, contact) if contact else None for id_, contact in contacts.items()}
