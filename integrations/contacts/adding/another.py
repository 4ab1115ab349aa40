"""What of an add goes for the next contact too: where it comes from, opt-in process, tags, and which data fields."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict

from integrations.audit.reading import calls_of
from integrations.clients.models import ClientAccount
from integrations.contacts.fields.form_fields import FIRST_SHOWN
from integrations.contacts.models import Origin
from integrations.operations import ADDING_OPERATIONS


def like_earlier(account: ClientAccount, asked: str) -> QueryDict | None:
    """The form as it may be typed for another contact, none of whose own data is in it; None for what was no add.

    asked: the action of the earlier add, as a URL names it
    """
    try:
        action = UUID(asked)
    except ValueError:
        return None
    origin = Origin.objects.filter(account=account, action=action).first()
    if origin is None:
        return None
    typed = QueryDict(mutable=True)
    typed.update({"basis": origin.basis, "source": origin.source, "obtained_on": origin.obtained_on.isoformat()})
    fields, tags = list(FIRST_SHOWN), list[int]()
    for call in calls_of(account.scope, action):
        if call.operation in ADDING_OPERATIONS:
            fields += call.request.get("fields", [])
            typed["optin_process"] = str(call.request.get("optin_process_id", ""))
        if call.operation in (*ADDING_OPERATIONS, "tag_contact"):
            tags += [call.request["tag_id"]] if "tag_id" in call.request else call.request.get("tag_ids", [])
    typed.setlist("shown", list(dict.fromkeys(fields)))
    typed.setlist("tags", [str(tag_id) for tag_id in dict.fromkeys(tags)])
    return typed
