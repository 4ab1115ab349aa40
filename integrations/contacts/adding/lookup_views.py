from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import sent_from
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, explain
from integrations.contacts.adding.forms import ContactAddressForm
from integrations.contacts.adding.lookup import look_before_sending
from integrations.contacts.adding.words import BY_API, lookup_alert
from integrations.suppression.errors import Suppressed


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_add")
def look(request: AccountRequest) -> HttpResponse:
    """What stands below the address of the add-contact form: whether it belongs to a contact. Nothing for what is no
    address yet."""
    form = ContactAddressForm(request.POST)
    context: dict[str, Any] = {"button": BY_API.button(request.account, None)}
    if form.is_valid():
        email, action = form.cleaned_data["email"], uuid4()
        context["email"] = email
        try:
            lookup = look_before_sending(request.errand, email, action)
        except Suppressed:
            context["is_suppressed"] = True
        except EXPLAINED as error:
            context["failure"] = explain(error, action)
        else:
            context |= {"lookup": lookup, "found": lookup_alert(lookup, email)}
    return render(request, "contacts/adding/lookup.html", context)
