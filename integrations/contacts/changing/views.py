"""Changing addresses and tags, unsubscribing and deleting, on a contact's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, reselect, retarget

from accounts.access import is_fragment, sent_from
from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import SubjectKind
from integrations.audit.once import has_done
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import Explanation
from integrations.clients.lists import last_known
from integrations.clients.models import ReferenceKind
from integrations.contacts.changing import services
from integrations.contacts.changing.forms import (
    AddressForm,
    AddTagsForm,
    DeleteContactForm,
    EmailForm,
    NeverAgainForm,
    RemoveTagForm,
    SmsNumberForm,
    label_of,
    shown_contact,
)
from integrations.contacts.changing.page import (
    ADDRESS,
    STATUS,
    STOPPED,
    TAGS,
    at_the_field,
    back,
    both_values,
    context_of,
    explained_change,
    form_again,
    intention,
    meanwhile,
    on_its_page,
    opened,
    other_addresses,
    part_page,
    sent_before,
    without_address,
)
from integrations.contacts.errors import ChangedMeanwhile, WithoutAddress
from integrations.contacts.showing.recent import forget
from integrations.contacts.showing.way_back import contact_url, way_back
from integrations.contacts.subjects import addresses_of
from integrations.klicktipp import Contact
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress, suppressions_among
from integrations.tags.picker import list_to_search
from integrations.tags.services import tags_created_by

# --- Addresses ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def change_email(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Give the contact another email address."""
    return _change_address(request, contact_id, EmailForm)


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def change_sms_number(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Give the contact another SMS number."""
    return _change_address(request, contact_id, SmsNumberForm)


def _change_address(request: AccountRequest, contact_id: str, form_class: type[AddressForm]) -> HttpResponse:
    template = "email" if form_class.kind is SubjectKind.EMAIL else "sms_number"
    shown = shown_contact(request.errand, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return opened(
            request,
            contact_id,
            template,
            lambda request, contact: {"form": form_class(request.account, shown=contact, typed=request.POST)},
        )
    form = form_class(request.account, request.POST)
    if not form.is_valid():
        return form_again(request, template, shown, form)
    new = form.cleaned_data["address"]
    told = form_class.as_typed(Contact(id=contact_id, email=new.value, sms_number=new.normal))
    if told == form_class.as_typed(shown):
        return back(request, contact_id, ADDRESS, _("Nothing was changed, so nothing was sent."), level="info")
    action = intention(form, contact_id, new.value)
    try:
        services.change_address(request.errand, shown, new, action)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "update_contact"):
            return form_again(request, template, shown, form, sent_before(request, action))
    except ChangedMeanwhile as error:
        form.add_error("address", both_values(form_class.as_typed(shown), form_class.as_typed(error.contact)))
        return form_again(request, template, error.contact, form, meanwhile())
    except STOPPED as error:
        return form_again(request, template, shown, form, at_the_field(request, form, error, action))
    if new.kind is SubjectKind.EMAIL:
        return back(request, contact_id, ADDRESS, _("The email address is %(address)s now.") % {"address": told})
    return back(request, contact_id, ADDRESS, _("The SMS number is %(number)s now.") % {"number": told})


# --- Tags ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def add_tags(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Tag the contact."""
    shown = shown_contact(request.errand, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return opened(request, contact_id, "tags", _tags_or_why_not)
    form = AddTagsForm(request.POST)
    if not form.is_valid():
        return form_again(request, "tags", shown, form)
    picked = form.cleaned_data["tags"]
    action = intention(form, contact_id, *map(str, picked.ids), *picked.new)
    try:
        services.tag(request.errand, contact_id, picked.ids, picked.new, action)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "tag_contact"):
            return form_again(request, "tags", shown, form, sent_before(request, action))
    except WithoutAddress:
        return form_again(request, "tags", shown, form, without_address(request, action))
    except STOPPED as error:
        failure = at_the_field(request, form, error, action)
        created = tags_created_by(request.account, action)
        return form_again(request, "tags", shown, form, failure, created_tags=created)
    return back(request, contact_id, TAGS, _("%(contact)s has been tagged.") % {"contact": label_of(shown)})


def _tags_or_why_not(request: AccountRequest, contact: Contact) -> dict[str, Any]:
    """The form; for who is on the suppression list, what the contact's page says of that instead."""
    if suppressions := suppressions_among(request.account, addresses_of(contact)):
        return {"suppressions": list(suppressions.values())}
    return {"form": AddTagsForm(typed=request.POST)}


@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def find_tags(request: AccountRequest, contact_id: str) -> HttpResponse:
    """The form as it was typed, with the tags that were looked for; for browsers without JavaScript."""
    shown = shown_contact(request.errand, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return redirect(contact_url(request, contact_id, "contact_add_tags"))
    found = list_to_search(request.errand)
    return form_again(request, "tags", shown, AddTagsForm(typed=request.POST), status=200, tags_found=found)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact")
@on_its_page
def remove_tag(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Take one tag from the contact. What stands in the way is told above the tags, which stay as they are."""
    form = RemoveTagForm(request.POST)
    if not form.is_valid():
        return _not_removed(request, contact_id, sent_before(request, None))
    tag_id = form.cleaned_data["tag_id"]
    name = last_known(request.account, ReferenceKind.TAGS).names().get(str(tag_id)) or tag_id
    action = intention(form, contact_id, str(tag_id))
    try:
        services.untag(request.errand, contact_id, tag_id, action)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "untag_contact"):
            return _not_removed(request, contact_id, sent_before(request, action), tag_id, name)
    except WithoutAddress:
        return _not_removed(request, contact_id, without_address(request, action))
    except STOPPED as error:
        return _not_removed(request, contact_id, explained_change(request, error, action), tag_id, name)
    return back(request, contact_id, TAGS, _("The tag %(tag)s has been taken off.") % {"tag": name})


def _not_removed(
    request: AccountRequest, contact_id: str, failure: Explanation, tag_id: int | None = None, name: object = ""
) -> HttpResponse:
    context = context_of(request, Contact(id=contact_id)) | {"failure": failure, "tag_id": tag_id, "tag": name}
    response = part_page(request, "untag", context, status=422)
    return reselect(retarget(response, "#untag-failure"), "#untag-failure")


# --- Unsubscribing and deleting ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@on_its_page
def unsubscribe(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Unsubscribe the contact from emails, after asking once."""
    shown = shown_contact(request.errand, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return opened(
            request, contact_id, "unsubscribe", lambda request, contact: {"form": NeverAgainForm(shown=contact)}
        )
    form = NeverAgainForm(request.POST, shown=shown)
    if not form.is_valid():
        return form_again(request, "unsubscribe", shown, form)
    never_again = form.cleaned_data["never_again"]
    action = intention(form, contact_id)
    try:
        services.unsubscribe(request.errand, shown, action, never_again=never_again)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "unsubscribe_contact"):
            return form_again(request, "unsubscribe", shown, form, sent_before(request, action))
        if never_again:
            suppress(request.errand, addresses_of(shown), Reason.UNSUBSCRIBED)
    except ChangedMeanwhile as error:
        again = NeverAgainForm(shown=error.contact, typed=request.POST)
        return form_again(request, "unsubscribe", error.contact, again, other_addresses())
    except WithoutAddress:
        return form_again(request, "unsubscribe", shown, form, without_address(request, action))
    except STOPPED as error:
        return form_again(request, "unsubscribe", shown, form, explained_change(request, error, action, shown))
    if never_again:
        told = _("%(contact)s has been unsubscribed and is on the suppression list.")
    else:
        told = _("%(contact)s has been unsubscribed.")
    return back(request, contact_id, STATUS, told % {"contact": label_of(shown)})


@vary_on_headers("HX-Request")
@account_view(Capability.DELETE_CONTACTS)
@on_its_page
def delete(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Delete the contact, after its address has been typed."""
    shown = shown_contact(request.errand, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return opened(
            request,
            contact_id,
            "delete",
            lambda request, contact: {"form": DeleteContactForm(shown=contact, typed=request.POST or None)},
        )
    form = DeleteContactForm(request.POST, shown=shown)
    if not form.is_valid():
        return form_again(request, "delete", shown, form)
    never_again = form.cleaned_data.get("never_again", False)
    action = intention(form, contact_id)
    try:
        services.delete(request.errand, shown, action, never_again=never_again)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "delete_contact"):
            return form_again(request, "delete", shown, form, sent_before(request, action))
        if never_again:
            suppress(request.errand, addresses_of(shown), Reason.DELETED)
    except ChangedMeanwhile as error:
        again = DeleteContactForm(shown=error.contact, typed=request.POST)
        return form_again(request, "delete", error.contact, again, other_addresses())
    except STOPPED as error:
        return form_again(request, "delete", shown, form, explained_change(request, error, action, shown))
    forget(request.session, request.account, contact_id)
    if never_again:
        told = _("%(contact)s has been deleted and is on the suppression list.")
    else:
        told = _("%(contact)s has been deleted.")
    messages.success(request, told % {"contact": label_of(shown)})
    way = way_back(request)
    url = way.url if way else reverse("contacts", args=[request.team.slug, request.account.slug])
    return HttpResponseClientRedirect(url) if is_fragment(request) else redirect(url)
