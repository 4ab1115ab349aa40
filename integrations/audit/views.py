import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.vary import vary_on_headers

from accounts.access import TeamRequest, is_fragment, team_view
from accounts.roles import Capability
from integrations.audit.filters import LogFilter
from integrations.audit.models import AuditEntry
from integrations.audit.presentation import LoggedCall, page_of_actions, subjects, with_all_entries
from integrations.audit.visibility import visible_accounts, visible_entries

_LARGEST_NUMBER = 2**63 - 1
_NUMBER = re.compile(r"[0-9]{1,18}")


@vary_on_headers("HX-Request")
@team_view(Capability.SEE_LOG)
def log(request: TeamRequest) -> HttpResponse:
    """The team's log, newest first, as actions in plain sentences."""
    filters = LogFilter(request.GET, request.membership)
    before = request.GET.get("before", "")
    number = int(before) if _NUMBER.fullmatch(before) else None
    actions, next_before = page_of_actions(filters.qs, visible_entries(request.membership), number)
    kept = request.GET.copy()
    kept.pop("before", None)
    context = {
        "filters": filters,
        "actions": actions,
        "is_filtered": any(kept.values()),
        "about": filters.contact_labels() if kept.get("about") else [],
        "is_first_page": number is None,
        "here": request.GET.urlencode(),
        "newest": kept.urlencode(),
        "older": f"{kept.urlencode()}&before={next_before}".lstrip("&") if next_before else "",
    }
    return render(request, "audit/log.html#entries" if is_fragment(request) else "audit/log.html", context)


@team_view(Capability.SEE_LOG)
def entry(request: TeamRequest, number: int) -> HttpResponse:
    """One action with its calls, the entry of this number marked."""
    if number > _LARGEST_NUMBER:
        raise Http404
    visible = visible_entries(request.membership)
    found = get_object_or_404(visible, number=number)
    (action,) = with_all_entries([found], visible)
    context = {
        "entry": found,
        "call": LoggedCall(found),
        "action": action,
        "subjects": subjects(action),
        "account": _account_to_see(request, found),
    }
    return render(request, "audit/entry.html", context)


def _account_to_see(request: TeamRequest, entry: AuditEntry) -> Any:
    """The client account of an entry, if it is still there and this member may see its pages."""
    if entry.account_id is None or not request.membership.may(Capability.SEE_CLIENTS):
        return None
    return visible_accounts(request.membership).filter(pk=entry.account_id).first()


@team_view(Capability.SEE_LOG)
def action(request: TeamRequest, action: UUID) -> HttpResponse:
    """The way from a form to its action's last entry."""
    last = visible_entries(request.membership).filter(action=action).order_by("-number").first()
    if last is None:
        raise Http404
    return redirect("log_entry", team=request.team.slug, number=last.number)
