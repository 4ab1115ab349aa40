"""Opt-in processes."""

from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.model import SUBSCRIBED, Contact, OptInProcess
from integrations.sandbox.operations.call import Call, known_contact, number, path_number, required_text
from integrations.sandbox.routes import route


@route("GET", "/list")
def index(call: Call) -> dict[str, str]:
    return {str(process.id): process.name for process in call.account.processes.values()}


@route("GET", "/list/{listid}")
def retrieve(call: Call) -> dict[str, Any]:
    process = call.account.processes.get(path_number(call))
    if process is None:
        raise errors.no_entity(call.language)
    return {
        "listid": process.id,
        "name": process.name,
        "usesingleoptin": process.usesingleoptin,
        "pendingurl": process.pendingurl,
        "thankyouurl": process.thankyouurl,
        "resendconfirmationemail": process.resendconfirmationemail,
        "usechangeemail": process.usechangeemail,
    }


@route("POST", "/list/redirect")
def redirect(call: Call) -> list[str]:
    wanted = call.data.get("listid")
    if wanted is None:
        required_text(call, "listid")
    process = call.account.processes.get(number(wanted) or 0)
    if process is None:
        raise errors.no_entity(call.language)
    contact = known_contact(call, unknown=errors.no_entity(call.language))
    return [redirect_url(process, contact)]


def redirect_url(process: OptInProcess, contact: Contact) -> str:
    """The thank-you page for a subscribed contact, else the pending page.

    KlickTipp's own where none is set.
    """
    if (contact.status or contact.sms_status) == SUBSCRIBED:
        return process.thankyouurl or f"https://app.klick-tipp.team/thankyou/{process.id}"
    return process.pendingurl or f"https://app.klick-tipp.team/pending/{process.id}"
