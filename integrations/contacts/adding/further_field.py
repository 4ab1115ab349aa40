"""The button of a form that shows one more data field."""

from django.http import HttpResponse
from django.shortcuts import render

from integrations.clients.access import AccountRequest
from integrations.clients.lists import last_known
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.forms import ContactForm


def rows_with_further_field(request: AccountRequest, form: ContactForm) -> HttpResponse:
    """Show one more data field in a form for a contact. Gives the fragment with the form's data fields."""
    chosen = request.POST.get("further_field", "").strip()
    context = {"form": form, "focus_on": chosen if form.show_field(chosen) else "further_field"}
    listing = last_known(request.account, ReferenceKind.FIELDS)
    return render(request, "contacts/adding/add.html#rows", context | {"lists": {"fields": listing}})
