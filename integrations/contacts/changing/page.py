"""What the forms on a contact's page have in common. With htmx each stands in the place of the section that it changes,
and that section is shown anew afterwards; without it each is a page of its own that leads back to the contact."""

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
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import is_fragment
from accounts.toasts import toast
from integrations.audit.reading import calls_of
from integrations.clients.access import AccountRequest
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.contacts.changing import services
from integrations.contacts.changing.failures import explain_refusal
from integrations.contacts.changing.forms import label_of, sign
from integrations.contacts.errors import ContactGone
from integrations.contacts.showing.page import as_contact_id, contact_page, gone_page
from integrations.contacts.showing.services import open_contact
from integrations.contacts.showing.way_back import contact_url
from integrations.contacts.subjects import addresses_of
from integrations.klicktipp import Contact
from integrations.suppression.services import suppressions_among

STOPPED = (*EXPLAINED, ContactGone)
"""What keeps a change from being sent, or from being carried out, and is told at its form."""

FIELDS, ADDRESS, TAGS, STATUS = "contact-fields", "contact-address", "contact-tags", "contact-status"
"""The sections of the contact's page that forms stand in for."""

_View = Callable[..., HttpResponse]


def on_its_page(view: _View) -> _View:
    """Gives the contact's ID as KlickTipp writes it, and answers where the contact of a form that is opened is gone."""

    @wraps(view)
    def of_a_contact(request: AccountRequest, contact_id: int) -> HttpResponse:
        wanted = as_contact_id(contact_id)
        try:
            return view(request, wanted)
        except ContactGone:
            return gone_page(request, wanted)

    return of_a_contact


def opened(
    request: AccountRequest,
    contact_id: str,
    template: str,
    more: Callable[[AccountRequest, Contact], dict[str, Any]],
) -> HttpResponse:
    """The form for the contact as KlickTipp has it now. A form that does not say what it showed ends here, too."""
    action = uuid4()
    try:
        contact = services.look_before(request.errand, contact_id, action)
    except EXPLAINED as error:
        context = context_of(request, Contact(id=contact_id)) | {"failure": explained(request, error, action)}
        return part_page(request, template, context, status=422)
    context = context_of(request, contact) | more(request, contact)
    if request.method == "POST":
        context["failure"] = sent_before(request, None)
    return part_page(request, template, context, status=422 if request.method == "POST" else 200)


def form_again(
    request: AccountRequest,
    template: str,
    contact: Contact,
    form: Form,
    failure: Explanation | None = None,
    status: int = 422,
    **context: Any,
) -> HttpResponse:
    return part_page(
        request, template, context_of(request, contact) | {"form": form, "failure": failure} | context, status
    )


_TITLES: dict[str, str | Promise] = {
    "email": gettext_lazy("Change the email address"),
    "sms_number": gettext_lazy("Change the SMS number"),
    "fields": gettext_lazy("Change data fields"),
    "fields_preview": gettext_lazy("Change data fields"),
    "tags": gettext_lazy("Add tags"),
    "unsubscribe": gettext_lazy("Unsubscribe a contact"),
    "delete": gettext_lazy("Delete a contact"),
}
"""What browsers keep of the pages that show a form by itself: no name, no address."""


def context_of(request: AccountRequest, contact: Contact) -> dict[str, Any]:
    """What the templates of all forms need; `action` is a fresh one."""
    return {
        "contact": contact,
        "contact_id": contact.id,
        "label": label_of(contact),
        "signed": sign(request.errand, contact),
        "action": uuid4(),
    }


def part_page(request: AccountRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A template of contacts/changing/, as a fragment or as a page."""
    part = f"contacts/changing/{template}.html"
    if is_fragment(request):
        return render(request, part, context, status=status)
    page = {"part": part, "page_title": _TITLES.get(template, _("Change the contact"))}
    return render(request, "contacts/changing/change.html", context | page, status=status)


def back(
    request: AccountRequest,
    contact_id: str,
    section: str,
    told: str,
    differing: Callable[[Contact], list[str]] | None = None,
    *,
    level: str = "success",
) -> HttpResponse:
    """The contact's page with the section that has changed; it is read again for that.

    differing: what is to be said of what has become of the change, once the contact was read
    """
    if not is_fragment(request):
        notes = _read_for(request, contact_id, differing) if differing else []
        for note in notes:
            messages.warning(request, note)
        if notes:
            return redirect(contact_url(request, contact_id))
        messages.add_message(request, messages.SUCCESS if level == "success" else messages.INFO, told)
        return redirect(f"{contact_url(request, contact_id)}#{section}")
    action = uuid4()
    try:
        found = open_contact(request.errand, contact_id, action)
    except EXPLAINED as error:
        context = {"contact_id": contact_id, "section": section, "told": told, "failure": explain(error, action)}
        return render(request, "contacts/changing/not_read_again.html", context)
    notes = differing(found) if differing else []
    response = contact_page(request, found, at=section, notes=notes)
    return toast(response, "warning", notes[0]) if notes else toast(response, level, told)


def _read_for(request: AccountRequest, contact_id: str, differing: Callable[[Contact], list[str]]) -> list[str]:
    try:
        return differing(open_contact(request.errand, contact_id, uuid4()))
    except EXPLAINED:
        return []


def intention(form: Form, *content: str) -> UUID:
    """The action of a submit: the same one for the same content only, so that a form that was reached again with the
    browser's Back button can be sent with another."""
    action: UUID = form.cleaned_data["action"]
    return uuid5(action, "\0".join(content))


def _logged(request: AccountRequest, action: UUID) -> UUID | None:
    """The action that the log has of a change: itself, or the look before it."""
    tried = (action, services.reading_of(action))
    return next((one for one in tried if calls_of(request.account.scope, one)), None)


def explained(request: AccountRequest, error: Exception, action: UUID) -> Explanation:
    """What stood in the way, one of the `STOPPED`."""
    if isinstance(error, ContactGone):
        return _gone(_logged(request, action))
    return explain(error, _logged(request, action))


def explained_change(
    request: AccountRequest, error: Exception, action: UUID, shown: Contact | None = None
) -> Explanation:
    """What stood in the way of a change, perhaps before the contact could be read for it. `shown` has perhaps been put
    on the suppression list, which is said too."""
    told = explained(request, error, action)
    if not told.may_have_happened:
        nothing = _("Nothing was changed.")
        return replace(told, next_step=f"{nothing} {told.next_step}") if told.is_reading else told
    next_step = _("It may have happened all the same: look at the contact before you send this again.")
    if shown and suppressions_among(request.account, addresses_of(shown)):
        listed = _("The suppression list has the address in any case.")
        next_step = f"{next_step} {listed}"
    return replace(told, next_step=next_step)


def _gone(action: UUID | None) -> Explanation:
    return Explanation(
        _("KlickTipp has no such contact any more, so nothing was changed."),
        _("It has been deleted in KlickTipp meanwhile; what you typed stays here until you leave the page."),
        is_final=True,
        action=action,
    )


def at_the_field(request: AccountRequest, form: Form, error: Exception, action: UUID) -> Explanation:
    """The same, and what is about a single field stands there."""
    return explain_refusal(request.account, form, error, explained_change(request, error, action))


def sent_before(request: AccountRequest, action: UUID | None) -> Explanation:
    """Nothing was sent, as the form had been sent before, or does not say what it showed."""
    return Explanation(
        _("This form was sent before, so nothing was sent this time."),
        _("Please check the entries and send it again."),
        action=_logged(request, action) if action else None,
    )


def meanwhile(next_step: str = "") -> Explanation:
    """Nothing was sent, as somebody else has changed the contact."""
    return Explanation(
        _("This contact has been changed meanwhile, so nothing was sent."),
        next_step or _("Please look at what is there now. If you send the form again, it is replaced."),
    )


def other_addresses() -> Explanation:
    """The same, where the person has to see whom it is about."""
    return meanwhile(_("Please look at the addresses that it has now, then send the form again."))


def both_values(before: str, now: str) -> str:
    """What stood in a field, and what stands there now."""
    empty = _("(empty)")
    return _("It was “%(before)s” when you opened the form; in KlickTipp it is “%(now)s” now.") % {
        "before": before or empty,
        "now": now or empty,
    }


def without_address(request: AccountRequest, action: UUID) -> Explanation:
    """Nothing was sent, as KlickTipp needs an email address for it."""
    return Explanation(
        _("This contact has no email address."),
        _("KlickTipp's API tags, untags and unsubscribes by email address only: please do it in KlickTipp itself."),
        action=_logged(request, action),
    )
