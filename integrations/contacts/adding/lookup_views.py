from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.contacts.adding.cautions import standing_of
from integrations.contacts.adding.checking import Checked, Verdict, check_add, is_about
from integrations.contacts.adding.forms import ContactAddressForm
from integrations.contacts.adding.lookup import look_before_sending
from integrations.contacts.adding.outcome import AddOutcome, add_outcome
from integrations.contacts.adding.sent_forms import sent_address
from integrations.suppression.services import Suppressed


@require_POST
@account_view(Capability.CHANGE_CONTACTS)
def look(request: AccountRequest) -> HttpResponse:
    """What stands below the address of the add-contact form: whether it belongs to a contact. Nothing for what is no
    address yet."""
    form = ContactAddressForm(request.POST)
    context: dict[str, Any] = {"is_fragment": True}
    if form.is_valid():
        email, action = form.cleaned_data["email"], uuid4()
        context["email"] = email
        try:
            lookup = look_before_sending(request.account, email, Actor.of(request), action)
        except Suppressed:
            context["is_suppressed"] = True
        except EXPLAINED as error:
            context["failure"] = explain(error, action)
        else:
            context["lookup"] = lookup
            context["standing"] = standing_of(lookup.contact) if lookup.contact else None
    return render(request, "contacts/adding/known.html", context)


@require_POST
@account_view(Capability.CHANGE_CONTACTS)
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
        checked = check_add(request.account, outcome.origin, email, None, Actor.of(request), lookup)
    except EXPLAINED as error:
        return _page(request, outcome, form, failure=explain(error, lookup), status=422)
    if checked.verdict is Verdict.DONE:
        messages.success(request, _("%(contact)s is in KlickTipp.") % {"contact": email})
        return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)
    return _page(request, outcome, form, checked=checked)


def _page(
    request: AccountRequest,
    added: AddOutcome,
    form: ContactAddressForm,
    failure: Explanation | None = None,
    checked: Checked | None = None,
    status: int = 200,
) -> HttpResponse:
    address = sent_address(request.session, added.action)
    context = {"added": added, "address": address, "form": form, "failure": failure, "checked": checked}
    return render(request, "contacts/adding/added.html", context, status=status)
