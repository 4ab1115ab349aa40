"""The data fields of a client account and their types."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.vary import vary_on_headers

from accounts.access import sent_from
from accounts.roles import Capability
from accounts.texts import plain
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.known_first import about, asks_for_rows, known_first
from integrations.clients.lists import Listing, last_known
from integrations.clients.models import ReferenceKind
from integrations.contacts.fields.forms import FieldTypesForm
from integrations.contacts.fields.types import DataField, data_fields, learn_from_contacts, set_types, take_guesses
from integrations.contacts.sentences import FIELDS_LISTED

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
def set_field_types(request: AccountRequest) -> HttpResponse:
    """Set the types that were changed on the page, and with `take` the one that is guessed for a data field."""
    listing = last_known(request.account, ReferenceKind.FIELDS)
    sent = {field.id: field for field in data_fields(request.account, listing.items) if field.id in request.POST}
    form = FieldTypesForm(sent.values(), request.POST)
    if not form.is_valid():
        return _list(request, listing, form=form)
    changes = form.changes()
    guessed = sent.get(request.POST.get("take", ""))
    if guessed and guessed.guess:
        changes[guessed.id] = guessed.guess
    set_types(request.errand, changes, sent.values())
    _say_set(request, [field for field in data_fields(request.account, listing.items) if field.id in changes])
    at = next(iter(changes), "")
    return redirect(_url(request, q=request.POST.get("q", ""), page=request.POST.get("page", ""), at=at))


def _say_set(request: AccountRequest, changed: list[DataField]) -> None:
    if not changed:
        messages.info(request, _("Nothing was changed."))
    elif len(changed) > 1:
        messages.success(request, _said(len(changed)))
    else:
        (field,) = changed
        told = _("%(field)s: the type is now “%(type)s”.") if field.type else _("%(field)s has no type set now.")
        messages.success(request, told % {"field": field.name, "type": field.type_name})


def _said(count: int) -> str:
    told = ngettext("The type of %(count)s data field is set.", "The types of %(count)s data fields are set.", count)
    return told % {"count": count}


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
    messages.success(request, _said(taken))
    return redirect(_url(request, q=""))


def _list(
    request: AccountRequest, listing: Listing, failure: Explanation | None = None, form: FieldTypesForm | None = None
) -> HttpResponse:
    """`form` has the types that were refused. Asked for the data field `at`, it is the page that has it."""
    asked = request.POST if form else request.GET
    wanted = asked.get("q", "").strip()
    part = plain(wanted)
    all_fields = data_fields(request.account, listing.items)
    found = [field for field in all_fields if part in plain(field.name) or part in plain(field.id)]
    at = request.GET.get("at", "")
    place = next((place for place, field in enumerate(found) if field.id == at), None)
    number = asked.get("page") or (place // PAGE_SIZE + 1 if place is not None else 1)
    page = Paginator(found, PAGE_SIZE).get_page(number)
    form = form or FieldTypesForm(page.object_list)
    context: dict[str, Any] = about(request, listing) | {
        "failure": failure,
        "wanted": wanted,
        "page": page,
        "rows": [(field, form[field.id] if field.id in form.fields else None) for field in page.object_list],
        "at": at,
        "some_lack_a_type": any(field.type is None for field in all_fields),
        "are_told": any(field.told for field in all_fields),
        "guesses": sum(field.guess is not None for field in all_fields),
    }
    template = "contacts/fields/fields.html#found" if asks_for_rows(request) else "contacts/fields/fields.html"
    return render(request, template, context, status=422 if failure or form.errors else 200)


def _url(request: AccountRequest, **query: str) -> str:
    """The list as it is known now."""
    url = reverse("contact_fields", kwargs={"team": request.team.slug, "account": request.account.slug})
    return f"{url}?{urlencode({name: value for name, value in query.items() if value or name == 'q'})}"
