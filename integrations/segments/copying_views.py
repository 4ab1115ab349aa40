from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.errand import Errand
from integrations.clients.explain import EXPLAINED, explain
from integrations.clients.models import ClientAccount, by_name
from integrations.segments.copying import copy, plan
from integrations.segments.forms import NAME_TAKEN, CopyForm, ToClientForm
from integrations.segments.services import NameTaken
from integrations.segments.words import readable


@account_view(Capability.CHANGE_CONTACTS)
def copy_segment(request: AccountRequest, segment_id: int) -> HttpResponse:
    """Copy a segment to another client: first which one, then what is there for it, then it is done."""
    segment = get_object_or_404(request.account.segments, pk=segment_id)
    rule = readable(segment)
    others = ClientAccount.objects.visible_to(request.membership).exclude(pk=request.account.pk)
    clients = {account.slug: account for account in by_name(others)}
    asked = request.POST if request.method == "POST" else request.GET
    to_client = ToClientForm(asked if "client" in asked else None, clients=clients.values())
    context = {"segment": segment, "to_client": to_client, "has_clients": bool(clients), "is_readable": bool(rule)}
    if rule is None or not to_client.is_valid():
        is_wrong = request.method == "POST" or to_client.is_bound
        return render(request, "segments/copy.html", context, status=422 if is_wrong else 200)
    target = Errand(clients[to_client.cleaned_data["client"]], request.errand.actor)
    planned = plan(request.errand, rule, target)
    data = request.POST if request.method == "POST" else None
    form = CopyForm(data, account=target.account, name=segment.name, creates=bool(planned.missing))
    context |= {"target": target.account, "plan": planned, "form": form}
    context["stale"] = planned.error and explain(planned.error)
    if data is None:
        return render(request, "segments/copy.html", context)
    if not form.is_valid() or planned.smart or not planned.is_possible:
        return render(request, "segments/copy.html", context, status=422)
    try:
        copied = copy(request.errand, segment, rule, target, planned, form.cleaned_data["name"])
    except NameTaken:
        form.add_error("name", NAME_TAKEN)
        return render(request, "segments/copy.html", context, status=422)
    except EXPLAINED as error:
        return render(request, "segments/copy.html", context | {"failure": explain(error)}, status=422)
    told = _("The segment %(segment)s has been copied to %(client)s.")
    messages.success(request, told % {"segment": copied, "client": target.account})
    return redirect("segment", team=request.team.slug, account=target.account.slug, segment_id=copied.pk)
