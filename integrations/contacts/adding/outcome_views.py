"""What came of an add, told from the log: the page can be opened again, and a second submit ends on it too."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import sent_from
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, explain
from integrations.contacts.adding.checking import Verdict, check_add, is_about
from integrations.contacts.adding.forms import ContactAddressForm
from integrations.contacts.adding.outcome import AddOutcome, add_outcome
from integrations.contacts.adding.sent_forms import sent_address
from integrations.contacts.adding.words import check_alert, heading, outcome_alert, was_it


@account_view(Capability.CHANGE_CONTACTS)
def added(request: AccountRequest, action: UUID) -> HttpResponse:
    """The contact's ID, status and tags, and the way into the log."""
    outcome = add_outcome(request.account, action)
    if outcome is None:
        raise Http404
    form = ContactAddressForm(initial={"email": sent_address(request.session, action)})
    return _page(request, outcome, form)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_added")
def check_added(request: AccountRequest, action: UUID) -> HttpResponse:
    """What became of an add whose page was opened later. Its address is typed again: the portal keeps only a hash."""
    outcome = add_outcome(request.account, action)
    if outcome is None or outcome.origin is None:
        raise Http404
    if not outcome.can_be_checked:
        return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)
    form = ContactAddressForm(request.POST)
    if form.is_valid() and not is_about(outcome.origin, form.cleaned_data["email"]):
        form.add_error("email", _("Another address than this one was sent. Please check the spelling."))
    if not form.is_valid():
        return _page(request, outcome, form, status=422)
    email, lookup = form.cleaned_data["email"], uuid4()
    try:
        checked = check_add(request.errand, outcome.origin, email, None, lookup)
    except EXPLAINED as error:
        return _page(request, outcome, form, status=422, failure=explain(error, lookup))
    if checked.verdict is Verdict.DONE:
        messages.success(request, _("%(contact)s is in KlickTipp.") % {"contact": email})
        return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)
    finding = check_alert(request.account, checked, email)
    return _page(request, outcome, form, checked=checked, finding=finding)


def _page(
    request: AccountRequest, added: AddOutcome, form: ContactAddressForm, status: int = 200, **found: Any
) -> HttpResponse:
    context = {
        "added": added,
        "heading": heading(request.account, added),
        "alert": outcome_alert(added),
        "question": was_it(added.is_update),
        "address": sent_address(request.session, added.action),
        "form": form,
    }
    return render(request, "contacts/adding/added.html", context | found, status=status)
