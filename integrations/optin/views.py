from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.known_first import about, known_first
from integrations.clients.models import ReferenceKind
from integrations.klicktipp import KlickTippError, NotFound, Problem
from integrations.optin import services
from integrations.optin.forms import FieldForm, RedirectForm
from integrations.optin.sentences import PROCESSES_LISTED


@account_view(Capability.SEE_CLIENTS)
def tools(request: AccountRequest) -> HttpResponse:
    """What is there besides the daily work."""
    return render(request, "optin/tools.html")


@account_view(Capability.SEE_CLIENTS)
def processes(request: AccountRequest) -> HttpResponse:
    """The opt-in processes, and what each does to a new contact. Opening one shows all its details."""
    if not _is_connected(request):
        return render(request, "optin/not_connected.html")
    listing = known_first(request, ReferenceKind.OPTIN_PROCESSES, PROCESSES_LISTED)
    context = about(request, listing) | {
        "some_are_untold": any(item.get("single_optin") is None for item in listing.items),
    }
    return render(request, "optin/processes.html", context)


@account_view(Capability.SEE_CLIENTS)
def process(request: AccountRequest, process_id: int) -> HttpResponse:
    """An opt-in process with its details, as KlickTipp has them now, else as they were known last."""
    action = uuid4()
    context: dict[str, Any] = {"process_id": process_id}
    try:
        context["process"] = services.open_process(request.errand, process_id, action)
    except NotFound:
        return render(request, "optin/gone.html", status=404)
    except EXPLAINED as error:
        context["failure"] = explain(error, action)
        context["process"] = services.last_known_process(request.account, process_id)
    told = (context["process"] or {}).get("detailed_at")
    context["known_at"] = told and datetime.fromisoformat(told)
    return render(request, "optin/process.html", context, status=422 if "failure" in context else 200)


@account_view(Capability.SEE_CLIENTS)
def redirect_page(request: AccountRequest) -> HttpResponse:
    """The page that a contact sees after signing up. The address is sent in the body only, so that no log has it."""
    context: dict[str, Any]
    if request.method != "POST":
        if not _is_connected(request):
            return render(request, "optin/not_connected.html")
        listing = services.list_processes(request.errand)
        form = RedirectForm(initial={"optin_process": request.GET.get("process", "")})
        context = {"form": form, "listing": listing, "stale": listing.error and explain(listing.error)}
        return render(request, "optin/redirect.html", context)
    form = RedirectForm(request.POST)
    context = {"form": form}
    if form.is_valid():
        process_id, email, action = form.cleaned_data["optin_process"], form.cleaned_data["email"], uuid4()
        try:
            found = services.find_redirect(request.errand, process_id, email, action)
            context["result"] = {"url": found, "email": email}
        except EXPLAINED as error:
            context["failure"] = _at_the_address(form, error, explain(error, action))
    context["listing"] = services.last_known_processes(request.account)
    return render(request, "optin/redirect.html", context, status=200 if "result" in context else 422)


@account_view(Capability.SEE_CLIENTS)
def field(request: AccountRequest) -> HttpResponse:
    """A data field by its ID, as KlickTipp has it now."""
    if not _is_connected(request):
        return render(request, "optin/not_connected.html")
    form = FieldForm(request.GET if "id" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        action = uuid4()
        try:
            context["found"] = services.look_up_field(request.errand, form.cleaned_data["id"], action)
        except NotFound:
            form.add_error("id", _("KlickTipp has no data field with this ID."))
        except EXPLAINED as error:
            context["failure"] = explain(error, action)
    failed = bool(form.errors or "failure" in context)
    return render(request, "optin/field.html", context, status=422 if failed else 200)


def _is_connected(request: AccountRequest) -> bool:
    return credential_for(request.account, request.user.pk) is not None


def _at_the_address(form: RedirectForm, error: Exception, failure: Explanation) -> Explanation | None:
    """What stood in the way; None where all is said at the address."""
    if isinstance(error, NotFound):
        form.add_error("email", _("KlickTipp does not find this contact, or the opt-in process. Please check both."))
        return None
    if isinstance(error, KlickTippError) and error.problem in (Problem.INVALID_EMAIL, Problem.EMAIL_NOT_FOUND):
        form.add_error("email", f"{failure.what} {failure.next_step}")
        return None
    return failure
