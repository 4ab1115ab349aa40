from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.ids import LARGEST_ROW_ID
from integrations.suppression import services
from integrations.suppression.forms import FindForm, ReleaseForm, SuppressForm
from integrations.suppression.models import Reason

PAGE_SIZE = 50


@account_view(Capability.CHANGE_CONTACTS)
def suppressions(request: AccountRequest) -> HttpResponse:
    """Who must not be added again, the latest first; a POST looks for one address, so that it is in no URL."""
    entries = request.account.suppressions.order_by("-pk")
    form = FindForm(request.account, request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        wanted = form.cleaned_data["address"]
        found = services.suppression_of(request.account, wanted)
        context |= {"entries": [found] if found else [], "wanted": wanted.readable}
        return render(request, "suppression/list.html", context)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 20 and int(before) <= LARGEST_ROW_ID:
        entries = entries.filter(pk__lt=int(before))
        context["is_later_page"] = True
    page = list(entries[: PAGE_SIZE + 1])
    context |= {"entries": page[:PAGE_SIZE], "older": page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None}
    return render(request, "suppression/list.html", context, status=422 if form.errors else 200)


@account_view(Capability.CHANGE_CONTACTS)
def suppress(request: AccountRequest) -> HttpResponse:
    """Put an address or number on the list by hand."""
    form = SuppressForm(request.account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        subject, note = form.cleaned_data["address"], form.cleaned_data["note"]
        if services.suppress(request.errand, [subject], Reason.ENTERED, note):
            messages.success(request, _("%(contact)s is on the suppression list now.") % {"contact": subject.readable})
        else:
            messages.info(
                request, _("%(contact)s was on the suppression list already.") % {"contact": subject.readable}
            )
        return _to_list(request)
    return render(request, "suppression/new.html", {"form": form}, status=422 if form.errors else 200)


@account_view(Capability.DELETE_CONTACTS)
def release(request: AccountRequest, suppression_id: int) -> HttpResponse:
    """Take an entry off the list, with a reason."""
    entry = get_object_or_404(request.account.suppressions, pk=suppression_id)
    form = ReleaseForm(request.POST or None, account=request.account, suppression=entry)
    if request.method == "POST" and form.is_valid():
        services.release(entry, form.cleaned_data["address"], form.cleaned_data["why"], request.errand.actor)
        messages.success(request, _("%(contact)s is off the suppression list.") % {"contact": entry})
        return _to_list(request)
    return render(
        request, "suppression/remove.html", {"form": form, "entry": entry}, status=422 if form.errors else 200
    )


def _to_list(request: AccountRequest) -> HttpResponse:
    return redirect("suppressions", team=request.team.slug, account=request.account.slug)
