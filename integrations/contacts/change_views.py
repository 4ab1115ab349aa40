"""The small forms on a contact's page. With htmx each stands in the place of the section that it changes, and that
section is shown anew afterwards; without it each is a page of its own that leads back to the contact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, reselect, retarget, trigger_client_event

from accounts.access import is_fragment
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.reading import calls_of
from integrations.audit.recorder import AlreadyStarted
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.models import ReferenceKind
from integrations.clients.reference import last_known, load
from integrations.contacts import changes
from integrations.contacts.actions import FIELDS_NAMED
from integrations.contacts.added import tags_created_by
from integrations.contacts.change_forms import (
    AddressForm,
    AddTagsForm,
    ChangeFieldsForm,
    DeleteContactForm,
    EditedField,
    EmailForm,
    NeverAgainForm,
    RemoveTagForm,
    SmsNumberForm,
    edited_fields,
    label_of,
    shown_contact,
    sign,
)
from integrations.contacts.changes import ChangedMeanwhile, ContactGone, WithoutAddress
from integrations.contacts.contact_page import as_contact_id, contact_page, gone_page
from integrations.contacts.datafields import in_words
from integrations.contacts.failures import explain_refusal
from integrations.contacts.fieldsettings import types_of
from integrations.contacts.recent import forget
from integrations.contacts.services import open_contact
from integrations.klicktipp import Contact
from integrations.suppression.services import suppressions_among
from integrations.tags.picker import is_search, list_to_search

FIELDS, ADDRESS, TAGS, STATUS = "contact-fields", "contact-address", "contact-tags", "contact-status"
"""The sections of the contact's page that forms stand in for."""

_View = Callable[..., HttpResponse]


def _on_its_page(view: _View) -> _View:
    """Gives the contact's ID as KlickTipp writes it, and answers for contacts that are no longer there."""

    @wraps(view)
    def of_a_contact(request: AccountRequest, contact_id: int) -> HttpResponse:
        wanted = as_contact_id(contact_id)
        try:
            return view(request, wanted)
        except ContactGone:
            return gone_page(request, wanted)

    return of_a_contact


# --- Data fields ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@_on_its_page
def change_fields(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Change data fields. The first submit shows what would change, the one after it sends just that."""
    shown = shown_contact(request.account, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return _opened(request, contact_id, "fields", _fields_context)
    edited = _edited_as_shown(request, shown)
    if "again" in request.POST:
        return _fields_form(request, shown, ChangeFieldsForm(edited=edited, typed=request.POST), status=200)
    form = ChangeFieldsForm(request.POST, edited=edited)
    if not form.is_valid():
        return _fields_form(request, shown, form)
    wanted = form.changes()
    if not wanted:
        return _back(request, contact_id, FIELDS, _("Nothing was changed, so nothing was sent."), level="info")
    if "send" not in request.POST:
        context = _context(request, shown) | {"changes": wanted, "signed": sign(request.account, shown, shown.fields)}
        return _part(request, "fields_preview", context)
    values = {change.id: change.wire for change in wanted}
    action = _intention(form, *values, *values.values())
    try:
        changes.change_fields(request.account, shown, values, Actor.of(request), action)
    except AlreadyStarted:
        if not changes.is_done(request.account, action, "update_contact"):
            again = ChangeFieldsForm(edited=edited, typed=request.POST)
            return _fields_form(request, shown, again, _sent_before(request, action))
    except ChangedMeanwhile as error:
        return _fields_changed_meanwhile(request, shown, error.contact)
    except EXPLAINED as error:
        return _fields_form(request, shown, form, _at_the_field(request, form, error, action))
    names = [change.name for change in wanted]
    told = ngettext(
        "The data field %(fields)s has been changed.", "The data fields %(fields)s have been changed.", len(names)
    ) % {"fields": get_text_list(names, _("and"))}
    return _back(request, contact_id, FIELDS, told)


def _fields_context(request: AccountRequest, contact: Contact) -> dict[str, Any]:
    """The form with all data fields of the account, the list of which is loaded where none is known."""
    listing = last_known(request.account, ReferenceKind.FIELDS)
    if not listing.fetched_at:
        listing = load(request.account, ReferenceKind.FIELDS, Actor.of(request), FIELDS_NAMED)
    edited = edited_fields(contact.fields, listing.names(), types_of(request.account))
    form = ChangeFieldsForm(edited=edited, typed=request.POST)
    left_out = len(listing.names().keys() | contact.fields.keys()) - len(edited)
    signed = sign(request.account, contact, [field.id for field in edited])
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
    context = _context(request, shown) | {"form": form, "failure": failure}
    context["signed"] = sign(request.account, shown, shown.fields)
    return _part(request, "fields", context, status)


def _fields_changed_meanwhile(request: AccountRequest, shown: Contact, now: Contact) -> HttpResponse:
    """The form with what was typed, and at each field that differs what is in it now; sent again, it replaces that."""
    current = replace(now, fields={field_id: now.fields.get(field_id, "") for field_id in shown.fields})
    edited = _edited_as_shown(request, current)
    form = ChangeFieldsForm(request.POST, edited=edited)
    form.is_valid()
    for field in edited:
        before = shown.fields[field.id]
        if field.id in request.POST and field.wire != before and form.is_touched(field.id):
            form.add_error(field.id, _both_values(in_words(field.kind, before), in_words(field.kind, field.wire)))
    return _fields_form(request, current, form, _meanwhile())


# --- Addresses ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@_on_its_page
def change_email(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Give the contact another email address."""
    return _change_address(request, contact_id, EmailForm)


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@_on_its_page
def change_sms_number(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Give the contact another SMS number."""
    return _change_address(request, contact_id, SmsNumberForm)


def _change_address(request: AccountRequest, contact_id: str, form_class: type[AddressForm]) -> HttpResponse:
    template = "email" if form_class.kind is SubjectKind.EMAIL else "sms_number"
    shown = shown_contact(request.account, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return _opened(
            request,
            contact_id,
            template,
            lambda request, contact: {"form": form_class(shown=contact, typed=request.POST)},
        )
    form = form_class(request.POST)
    if not form.is_valid():
        return _form(request, template, shown, form)
    new = form.cleaned_data["address"]
    told = form_class.as_typed(Contact(id=contact_id, email=new.value, sms_number=new.normal))
    if told == form_class.as_typed(shown):
        return _back(request, contact_id, ADDRESS, _("Nothing was changed, so nothing was sent."), level="info")
    action = _intention(form, new.value)
    try:
        changes.change_address(request.account, shown, new, Actor.of(request), action)
    except AlreadyStarted:
        if not changes.is_done(request.account, action, "update_contact"):
            return _form(request, template, shown, form, _sent_before(request, action))
    except ChangedMeanwhile as error:
        form.add_error("address", _both_values(form_class.as_typed(shown), form_class.as_typed(error.contact)))
        return _form(request, template, error.contact, form, _meanwhile())
    except EXPLAINED as error:
        return _form(request, template, shown, form, _at_the_field(request, form, error, action))
    if new.kind is SubjectKind.EMAIL:
        return _back(request, contact_id, ADDRESS, _("The email address is %(address)s now.") % {"address": told})
    return _back(request, contact_id, ADDRESS, _("The SMS number is %(number)s now.") % {"number": told})


# --- Tags ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@_on_its_page
def add_tags(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Tag the contact."""
    shown = shown_contact(request.account, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return _opened(request, contact_id, "tags", lambda request, contact: {"form": AddTagsForm(typed=request.POST)})
    if is_search(request.POST):
        found = list_to_search(request.account, Actor.of(request))
        return _form(request, "tags", shown, AddTagsForm(typed=request.POST), status=200, tags_found=found)
    form = AddTagsForm(request.POST)
    if not form.is_valid():
        return _form(request, "tags", shown, form)
    picked = form.cleaned_data["tags"]
    action = _intention(form, *map(str, picked.ids), *picked.new)
    try:
        changes.tag(request.account, contact_id, picked.ids, picked.new, Actor.of(request), action)
    except AlreadyStarted:
        if not changes.is_done(request.account, action, "tag_contact"):
            return _form(request, "tags", shown, form, _sent_before(request, action))
    except WithoutAddress:
        return _form(request, "tags", shown, form, _without_address(request, action))
    except EXPLAINED as error:
        failure = _at_the_field(request, form, error, action)
        created = tags_created_by(request.account, action)
        return _form(request, "tags", shown, form, failure, created_tags=created)
    return _back(request, contact_id, TAGS, _("%(contact)s has been tagged.") % {"contact": label_of(shown)})


@require_POST
@account_view(Capability.CHANGE_CONTACTS)
@_on_its_page
def remove_tag(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Take one tag from the contact. What stands in the way is told above the tags, which stay as they are."""
    form = RemoveTagForm(request.POST)
    if not form.is_valid():
        return _not_removed(request, contact_id, _sent_before(request, None))
    tag_id = form.cleaned_data["tag_id"]
    name = last_known(request.account, ReferenceKind.TAGS).names().get(str(tag_id)) or tag_id
    action = _intention(form, str(tag_id))
    try:
        changes.untag(request.account, contact_id, tag_id, Actor.of(request), action)
    except AlreadyStarted:
        if not changes.is_done(request.account, action, "untag_contact"):
            return _not_removed(request, contact_id, _sent_before(request, action), tag_id, name)
    except WithoutAddress:
        return _not_removed(request, contact_id, _without_address(request, action))
    except EXPLAINED as error:
        return _not_removed(request, contact_id, _explained(request, error, action), tag_id, name)
    return _back(request, contact_id, TAGS, _("The tag %(tag)s has been taken off.") % {"tag": name})


def _not_removed(
    request: AccountRequest, contact_id: str, failure: Explanation, tag_id: int | None = None, name: object = ""
) -> HttpResponse:
    context = _context(request, Contact(id=contact_id)) | {"failure": failure, "tag_id": tag_id, "tag": name}
    response = _part(request, "untag", context, status=422)
    return reselect(retarget(response, "#untag-failure"), "#untag-failure")


# --- Unsubscribing and deleting ---


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
@_on_its_page
def unsubscribe(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Unsubscribe the contact from emails, after asking once."""
    shown = shown_contact(request.account, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return _opened(
            request, contact_id, "unsubscribe", lambda request, contact: {"form": NeverAgainForm(shown=contact)}
        )
    form = NeverAgainForm(request.POST, shown=shown)
    if not form.is_valid():
        return _form(request, "unsubscribe", shown, form)
    never_again = form.cleaned_data["never_again"]
    action = _intention(form)
    try:
        changes.unsubscribe(request.account, shown, Actor.of(request), action, never_again=never_again)
    except AlreadyStarted:
        if not changes.is_done(request.account, action, "unsubscribe_contact"):
            return _form(request, "unsubscribe", shown, form, _sent_before(request, action))
    except ChangedMeanwhile as error:
        again = NeverAgainForm(shown=error.contact, typed=request.POST)
        return _form(request, "unsubscribe", error.contact, again, _other_addresses())
    except WithoutAddress:
        return _form(request, "unsubscribe", shown, form, _without_address(request, action))
    except EXPLAINED as error:
        return _form(request, "unsubscribe", shown, form, _explained(request, error, action, shown))
    if never_again:
        told = _("%(contact)s has been unsubscribed and is on the suppression list.")
    else:
        told = _("%(contact)s has been unsubscribed.")
    return _back(request, contact_id, STATUS, told % {"contact": label_of(shown)})


@vary_on_headers("HX-Request")
@account_view(Capability.DELETE_CONTACTS)
@_on_its_page
def delete(request: AccountRequest, contact_id: str) -> HttpResponse:
    """Delete the contact, after its address has been typed."""
    shown = shown_contact(request.account, contact_id, request.POST)
    if request.method != "POST" or shown is None:
        return _opened(
            request,
            contact_id,
            "delete",
            lambda request, contact: {"form": DeleteContactForm(shown=contact, typed=request.POST or None)},
        )
    form = DeleteContactForm(request.POST, shown=shown)
    if not form.is_valid():
        return _form(request, "delete", shown, form)
    never_again = form.cleaned_data.get("never_again", False)
    action = _intention(form)
    try:
        changes.delete(request.account, shown, Actor.of(request), action, never_again=never_again)
    except AlreadyStarted:
        if not changes.is_done(request.account, action, "delete_contact"):
            return _form(request, "delete", shown, form, _sent_before(request, action))
    except ChangedMeanwhile as error:
        again = DeleteContactForm(shown=error.contact, typed=request.POST)
        return _form(request, "delete", error.contact, again, _other_addresses())
    except EXPLAINED as error:
        return _form(request, "delete", shown, form, _explained(request, error, action, shown))
    forget(request.session, request.account, contact_id)
    if never_again:
        told = _("%(contact)s has been deleted and is on the suppression list.")
    else:
        told = _("%(contact)s has been deleted.")
    messages.success(request, told % {"contact": label_of(shown)})
    url = _url(request, contact_id)
    return HttpResponseClientRedirect(url) if is_fragment(request) else redirect(url)


# --- What all of them need ---


def _opened(
    request: AccountRequest,
    contact_id: str,
    template: str,
    context_of: Callable[[AccountRequest, Contact], dict[str, Any]],
) -> HttpResponse:
    """The form for the contact as KlickTipp has it now. A form that does not say what it showed ends here, too."""
    action = uuid4()
    try:
        contact = changes.look_before(request.account, contact_id, Actor.of(request), action)
    except EXPLAINED as error:
        context = _context(request, Contact(id=contact_id)) | {"failure": _explained(request, error, action)}
        return _part(request, template, context, status=422)
    context = _context(request, contact) | context_of(request, contact)
    if request.method == "POST":
        context["failure"] = _sent_before(request, None)
    return _part(request, template, context, status=422 if request.method == "POST" else 200)


def _form(
    request: AccountRequest,
    template: str,
    contact: Contact,
    form: Form,
    failure: Explanation | None = None,
    status: int = 422,
    **context: Any,
) -> HttpResponse:
    return _part(request, template, _context(request, contact) | {"form": form, "failure": failure} | context, status)


def _context(request: AccountRequest, contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact,
        "contact_id": contact.id,
        "label": label_of(contact),
        "signed": sign(request.account, contact),
        "action": uuid4(),
    }


def _part(request: AccountRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    part = f"contacts/change/{template}.html"
    if is_fragment(request):
        return render(request, part, context, status=status)
    return render(request, "contacts/change.html", context | {"part": part}, status=status)


def _back(request: AccountRequest, contact_id: str, section: str, told: str, level: str = "success") -> HttpResponse:
    """The contact's page with the section that has changed; it is read again for that."""
    if not is_fragment(request):
        messages.add_message(request, messages.SUCCESS if level == "success" else messages.INFO, told)
        return redirect(f"{_url(request, contact_id)}#{section}")
    action = uuid4()
    try:
        found = open_contact(request.account, contact_id, Actor.of(request), action)
    except EXPLAINED as error:
        context = {"contact_id": contact_id, "section": section, "told": told, "failure": explain(error, action)}
        return render(request, "contacts/change/not_read_again.html", context)
    response = contact_page(request, found, at=section)
    return trigger_client_event(response, "toast", {"level": level, "text": told})


def _url(request: AccountRequest, contact_id: str) -> str:
    where = {"team": request.team.slug, "account": request.account.slug, "contact_id": int(contact_id)}
    return reverse("contact", kwargs=where)


def _intention(form: Form, *content: str) -> UUID:
    """The action of a submit: the same one for the same content only, so that a form that was reached again with the
    browser's Back button can be sent with another."""
    action: UUID = form.cleaned_data["action"]
    return uuid5(action, "\0".join(content))


def _logged(request: AccountRequest, action: UUID) -> UUID | None:
    """The action that the log has of a change: itself, or the look before it."""
    tried = (action, changes.reading_of(action))
    return next((one for one in tried if calls_of(request.account.scope, one)), None)


def _explained(request: AccountRequest, error: Exception, action: UUID, shown: Contact | None = None) -> Explanation:
    """What stood in the way. `shown` has perhaps been put on the suppression list, which is said too."""
    told = explain(error, _logged(request, action))
    if not told.may_have_happened:
        return told
    next_step = _("It may have happened all the same: look at the contact before you send this again.")
    if shown and suppressions_among(request.account, changes.addresses_of(shown)):
        listed = _("The suppression list has the address in any case.")
        next_step = f"{next_step} {listed}"
    return replace(told, next_step=next_step)


def _at_the_field(request: AccountRequest, form: Form, error: Exception, action: UUID) -> Explanation:
    """The same, and what is about a single field stands there."""
    return explain_refusal(request.account, form, error, _explained(request, error, action))


def _sent_before(request: AccountRequest, action: UUID | None) -> Explanation:
    return Explanation(
        _("This form was sent before, so nothing was sent this time."),
        _("Please check the entries and send it again."),
        action=_logged(request, action) if action else None,
    )


def _meanwhile(next_step: str = "") -> Explanation:
    return Explanation(
        _("This contact has been changed meanwhile, so nothing was sent."),
        next_step or _("Please look at what is there now. If you send the form again, it is replaced."),
    )


def _other_addresses() -> Explanation:
    return _meanwhile(_("Please look at the addresses that it has now, then send the form again."))


def _both_values(before: str, now: str) -> str:
    empty = _("(empty)")
    return _("It was “%(before)s” when you opened the form; in KlickTipp it is “%(now)s” now.") % {
        "before": before or empty,
        "now": now or empty,
    }


def _without_address(request: AccountRequest, action: UUID) -> Explanation:
    return Explanation(
        _("This contact has no email address."),
        _("KlickTipp's API tags, untags and unsubscribes by email address only: please do it in KlickTipp itself."),
        action=_logged(request, action),
    )
