"""Changing data fields on a contact's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.vary import vary_on_headers

from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.audit.once import has_done
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import Explanation
from integrations.clients.lists import last_known
from integrations.clients.models import ReferenceKind
from integrations.contacts.changing import services
from integrations.contacts.changing.forms import (
    Change,
    ChangeFieldsForm,
    EditedField,
    edited_fields,
    shown_contact,
    sign,
)
from integrations.contacts.changing.page import (
    FIELDS,
    STOPPED,
    at_the_field,
    back,
    both_values,
    context_of,
    intention,
    meanwhile,
    on_its_page,
    opened,
    part_page,
    sent_before,
)
from integrations.contacts.errors import ChangedMeanwhile
from integrations.contacts.fields.form_fields import in_words
from integrations.contacts.fields.kept import kept_otherwise
from integrations.contacts.fields.types import types_of
from integrations.contacts.sentences import FIELDS_NAMED
from integrations.klicktipp import Contact


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def change_fields(request: AccountRequest, contact_id: str) -> HttpResponse:
    """The form for the data fields of a contact; sent, it shows what would change."""
    shown = _shown(request, contact_id)
    if shown is None:
        return opened(request, contact_id, "fields", _fields_context)
    form = ChangeFieldsForm(request.account, request.POST, edited=_edited_as_shown(request, shown))
    if unchanged := _without_changes(request, shown, form):
        return unchanged
    changes = form.changes()
    context = context_of(request, shown) | {"changes": changes, "signed": sign(request.errand, shown, shown.fields)}
    return part_page(request, "fields_preview", context)


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def edit_fields_again(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Back from what would change to the form as it was typed."""
    shown = _shown(request, contact_id)
    if shown is None:
        return opened(request, contact_id, "fields", _fields_context)
    form = ChangeFieldsForm(request.account, edited=_edited_as_shown(request, shown), typed=request.POST)
    return _fields_form(request, shown, form, status=200)


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def send_fields(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Send just what was shown to change."""
    shown = _shown(request, contact_id)
    if shown is None:
        return opened(request, contact_id, "fields", _fields_context)
    edited = _edited_as_shown(request, shown)
    form = ChangeFieldsForm(request.account, request.POST, edited=edited)
    if unchanged := _without_changes(request, shown, form):
        return unchanged
    changes = form.changes()
    values = {change.id: change.wire for change in changes}
    action = intention(form, contact_id, *values, *values.values())
    try:
        services.change_fields(request.errand, shown, values, action)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "update_contact"):
            again = ChangeFieldsForm(request.account, edited=edited, typed=request.POST)
            return _fields_form(request, shown, again, sent_before(request, action))
    except ChangedMeanwhile as error:
        return _fields_changed_meanwhile(request, shown, error.contact)
    except STOPPED as error:
        return _fields_form(request, shown, form, at_the_field(request, form, error, action))
    names = [change.name for change in changes]
    told = ngettext(
        "The data field %(fields)s has been changed.", "The data fields %(fields)s have been changed.", len(names)
    ) % {"fields": get_text_list(names, _("and"))}
    return back(request, contact_id, FIELDS, told, lambda contact: _kept_otherwise(request, changes, contact))


def _kept_otherwise(request: AccountRequest, changes: list[Change], contact: Contact) -> list[str]:
    """What KlickTipp has made of the changes where that is something else than what was sent."""
    types = types_of(request.account)
    now = {change.id: in_words(types.get(change.id), contact.fields.get(change.id, "")) for change in changes}
    return [
        kept_otherwise(change.name, change.after, now[change.id])
        for change in changes
        if now[change.id].splitlines() != change.after.splitlines()
    ]


def _without_changes(request: AccountRequest, shown: Contact, form: ChangeFieldsForm) -> HttpResponse | None:
    """What answers a form that is not valid or changes nothing; None for one that does."""
    if not form.is_valid():
        return _fields_form(request, shown, form)
    if form.changes():
        return None
    return back(request, shown.id, FIELDS, _("Nothing was changed, so nothing was sent."), level="info")


def _shown(request: AccountRequest, contact_id: str) -> Contact | None:
    """The contact as the form that was sent showed it; None where none was."""
    return shown_contact(request.errand, contact_id, request.POST) if request.method == "POST" else None


def _fields_context(request: AccountRequest, contact: Contact) -> dict[str, Any]:
    """The form with all data fields of the account, the list of which is loaded where none is known."""
    listing = last_known(request.account, ReferenceKind.FIELDS)
    if not listing.fetched_at:
        listing = request.errand.load(ReferenceKind.FIELDS, FIELDS_NAMED)
    edited = edited_fields(contact.fields, listing.names(), types_of(request.account))
    form = ChangeFieldsForm(request.account, edited=edited, typed=request.POST)
    left_out = len(listing.names().keys() | contact.fields.keys()) - len(edited)
    signed = sign(request.errand, contact, [field.id for field in edited])
    return {"form": form, "signed": signed, "left_out": max(0, left_out)}


def _edited_as_shown(request: AccountRequest, shown: Contact) -> list[EditedField]:
    names = last_known(request.account, ReferenceKind.FIELDS).names()
    return edited_fields(shown.fields, names, types_of(request.account), all_of_them=False)


def _fields_form(
    request: AccountRequest,
    shown: Contact,
    form: ChangeFieldsForm,
    failure: Explanation | None = None,
    status: int = 422,
) -> HttpResponse:
    context = context_of(request, shown) | {"form": form, "failure": failure}
    context["signed"] = sign(request.errand, shown, shown.fields)
    return part_page(request, "fields", context, status)


def _fields_changed_meanwhile(request: AccountRequest, shown: Contact, now: Contact) -> HttpResponse:
    """The form with what was typed, and at each field that differs what is in it now; sent again, it replaces that."""
    current = replace(now, fields={field_id: now.fields.get(field_id, "") for field_id in shown.fields})
    edited = _edited_as_shown(request, current)
    form = ChangeFieldsForm(request.account, request.POST, edited=edited)
    form.is_valid()
    for field in edited:
        before = shown.fields[field.id]
        if field.id in request.POST and field.wire != before and form.is_touched(field.id):
            form.add_error(field.id, both_values(in_words(field.kind, before), in_words(field.kind, field.wire)))
    return _fields_form(request, current, form, meanwhile())
