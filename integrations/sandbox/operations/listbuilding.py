"""Sign in, sign out and sign off with a listbuilding key: it stands for an account, a process and a tag."""

from integrations.sandbox import errors
from integrations.sandbox.model import Account
from integrations.sandbox.operations import enrolment
from integrations.sandbox.operations.call import Call, known_contact
from integrations.sandbox.operations.contacts import end_subscription
from integrations.sandbox.operations.optin import redirect_url
from integrations.sandbox.routes import BY_LISTBUILDING_KEY, route
from integrations.sandbox.store import Store


def account_of(store: Store, apikey: object) -> Account:
    """The account of a listbuilding key.

    Raises Refusal: 400 if it is missing or no text, 100 if it is unknown.
    """
    if not isinstance(apikey, str):
        raise errors.message(400, "en", "must_be_string", key="apikey")
    account = store.by_listbuilding_key.get(apikey)
    if account is None:
        raise errors.code(100)
    return account


@route("POST", "/subscriber/signin", BY_LISTBUILDING_KEY)
def sign_in(call: Call) -> list[str]:
    account = call.account
    tag = account.tags.get(account.listbuilding_tag_id)
    contact = enrolment.add_or_update(call, account.listbuilding_listid, tag.id if tag else None)
    return [redirect_url(account.processes[account.listbuilding_listid], contact)]


@route("POST", "/subscriber/signout", BY_LISTBUILDING_KEY)
def sign_out(call: Call) -> list[bool]:
    contact = known_contact(call, unknown=errors.code(7))
    if contact.manual_tags.pop(call.account.listbuilding_tag_id, None) is not None:
        call.contact_changed(contact)
    return [True]


@route("POST", "/subscriber/signoff", BY_LISTBUILDING_KEY)
def sign_off(call: Call) -> list[bool]:
    contact = known_contact(call, unknown=errors.code(7))
    end_subscription(call, contact)
    return [True]
