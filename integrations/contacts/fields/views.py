"""The data fields of a client account and their types."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.vary import vary_on_headers

from accounts.access import is_fragment, sent_from
from accounts.roles import Capability
from accounts.texts import plain
from accounts.toasts import toast
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.known_first import about, asks_for_rows, known_first
from integrations.clients.lists import Listing, last_known
from integrations.clients.models import ReferenceKind
from integrations.contacts.fields.forms import FieldTypeForm
from integrations.contacts.fields.types import DataField, data_fields, learn_from_contacts, set_type, take_guesses
from integrations.contacts.sentences import FIELDS_LISTED
from integrations.klicktipp import FieldType

PAGE_SIZE = 50


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def fields(request: AccountRequest) -> HttpResponse:
    """The data fields with their types, as they are known, or as `known_first` loads them."""
    if credential_for(request.account, request.user.pk) is None:
        return render(request, "contacts/fields/fields.html", {"has_no_key": True})
    return _list(request, known_first(request, ReferenceKind.FIELDS, FIELDS_LISTED))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_fields")
def set_field_type(request: AccountRequest, field_id: str) -> HttpResponse:
    """Set the type of one data field: the answer is its row, or the list again."""
    field = _field(request, field_id)
    if field is None or field.is_global:
        raise Http404
    form = FieldTypeForm(request.POST)
    if not form.is_valid():
        return _row(request, field, form, status=422)
    kind = FieldType(form.cleaned_data["type"]) if form.cleaned_data["type"] else None
    set_type(request.errand, field, kind)
    changed = _field(request, field_id) or field
    if changed.type:
        told = _("%(field)s: the type is now “%(type)s”.") % {"field": changed.name, "type": changed.type_name}
    else:
        told = _("%(field)s has no type set now.") % {"field": changed.name}
    if is_fragment(request):
        response = _row(request, changed, FieldTypeForm())
        return toast(response, "success", told)
    messages.success(request, told)
    return redirect(_url(request, q=request.POST.get("q", ""), page=request.POST.get("page", "")))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_fields")
def guess_types(request: AccountRequest) -> HttpResponse:
    """Look at the newest contacts, to offer types that fit what stands in their fields."""
    action = uuid4()
    try:
        looked_at = learn_from_contacts(request.errand, action)
    except EXPLAINED as error:
        return _list(request, last_known(request.account, ReferenceKind.FIELDS), explain(error, action))
    if looked_at:
        told = ngettext("%(count)s contact was looked at.", "%(count)s contacts were looked at.", looked_at)
        messages.success(request, told % {"count": looked_at})
    else:
        messages.info(request, _("This client has no subscribed contact to look at."))
    return redirect(_url(request, q=""))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_fields")
def take_all_guesses(request: AccountRequest) -> HttpResponse:
    """Set all data fields that have a guess to it."""
    items = last_known(request.account, ReferenceKind.FIELDS).items
    taken = take_guesses(request.errand, data_fields(request.account, items))
    told = ngettext("The type of %(count)s data field is set.", "The types of %(count)s data fields are set.", taken)
    messages.success(request, told % {"count": taken})
    return redirect(_url(request, q=""))


def _list(request: AccountRequest, listing: Listing, failure: Explanation | None = None) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    part = plain(wanted)
    all_fields = data_fields(request.account, listing.items)
    found = [field for field in all_fields if part in plain(field.name) or part in plain(field.id)]
    context: dict[str, Any] = about(request, listing) | {
        "failure": failure,
        "wanted": wanted,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "some_lack_a_type": any(field.type is None for field in all_fields),
        "are_told": any(field.told for field in all_fields),
        "guesses": sum(field.guess is not None for field in all_fields),
        "form": FieldTypeForm(),
    }
    template = "contacts/fields/fields.html#found" if asks_for_rows(request) else "contacts/fields/fields.html"
    return render(request, template, context, status=422 if failure else 200)


def _row(request: AccountRequest, field: DataField, form: FieldTypeForm, status: int = 200) -> HttpResponse:
    if not is_fragment(request):
        listing = last_known(request.account, ReferenceKind.FIELDS)
        error = Explanation(_("The type was not set."), str(form.errors["type"][0]))
        return _list(request, listing, error)
    context = {"field": field, "form": form, "focus_on": field.id}
    return render(request, "contacts/fields/fields.html#row", context, status=status)


def _field(request: AccountRequest, field_id: str) -> DataField | None:
    items = [item for item in last_known(request.account, ReferenceKind.FIELDS).items if item["id"] == field_id]
    return next(iter(data_fields(request.account, items)), None)


def _url(request: AccountRequest, **query: str) -> str:
    """The list as it is known now."""
    url = reverse("contact_fields", kwargs={"team": request.team.slug, "account": request.account.slug})
    return f"{url}?{urlencode(query)}"
