"""The page of an entry: what was recorded of it, its action with it, and the ways to what stands beside it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import TeamRequest, team_view
from accounts.roles import Capability
from integrations.audit.grouping import CALLS_AT_ONCE, around, in_short, near, subjects, tell_people
from integrations.audit.models import AuditEntry, LogLine, Outcome
from integrations.audit.presentation import LoggedCall
from integrations.audit.query.asked import Asked
from integrations.audit.query.conditions import Conditions, conditions
from integrations.audit.query.fitting import step
from integrations.audit.query.participants import Participants
from integrations.audit.query.search import next_newer, search
from integrations.audit.settling import findings_of
from integrations.audit.visibility import sees_whole_log, visible_accounts, visible_entries

_CALLS_BESIDE_ONE_THAT_FITS = 20


@team_view(Capability.SEE_LOG)
def entry(request: TeamRequest, number: int) -> HttpResponse:
    """One action with its calls, the entry of this number marked."""
    visible = visible_entries(request.membership)
    found = get_object_or_404(visible, number=number)
    told = _asked(request)
    line = LogLine.objects.filter(team_id=found.team_id, action=found.action).first()
    asks_for_calls = bool(told and told.entries and line and line.entries > 1)
    window = around(found, visible, _CALLS_BESIDE_ONE_THAT_FITS if asks_for_calls else CALLS_AT_ONCE)
    action = window.action
    tell_people([action])
    is_unsure = action.outcome == Outcome.UNKNOWN
    settled = action.head.parameters.get("settles")
    earlier, later = near(found, visible)
    of_action = visible.filter(action=found.action)
    context = {
        "findings": findings_of(found.action, visible) if is_unsure else [],
        "settled": visible.filter(action=settled).order_by("number").first() if settled else None,
        "entry": found,
        "call": LoggedCall(found),
        "action": action,
        "shown": [action],
        "window": window,
        "kept": f"?{request.GET.urlencode()}" if request.GET else "",
        "subjects": subjects(action),
        "account": _account_to_see(request, found),
        "tried": _tried(request, found),
        "earlier": earlier,
        "later": later,
        "to_neighbour": "log_fitting" if told and told.entries else "log_entry",
        "neighbours": _neighbours(told, line, visible) if told and line else (None, None),
        "asks_for_calls": asks_for_calls,
        "fitting_before": step(of_action, told.entries, number, back=True) if told and asks_for_calls else None,
        "fitting_after": step(of_action, told.entries, number) if told and asks_for_calls else None,
        "outcomes": line.by_outcome if line and (asks_for_calls or action.line) else [],
    }
    return render(request, "audit/entry.html", context)


def _asked(request: TeamRequest) -> Conditions | None:
    """What the list asks for that an entry was opened from; None where that cannot be understood."""
    asked = Asked.of(request.GET)
    told = conditions(asked.terms, Participants(request.membership))
    return None if asked.mistakes or told.mistakes else told


def _neighbours(
    told: Conditions, line: LogLine, visible: QuerySet[AuditEntry]
) -> tuple[AuditEntry | None, AuditEntry | None]:
    """The first entries of the actions before and after one in the list that it was opened from."""
    older = search(line.team_id, told, line.number, 1).lines
    newer = next_newer(line.team_id, told, line.number)
    lines = [*older, *([newer] if newer else [])]
    first: dict[UUID, AuditEntry] = {}
    for each in in_short(lines, visible):
        first[each.head.action] = each.head
    return first.get(older[0].action) if older else None, first.get(newer.action) if newer else None


def _account_to_see(request: TeamRequest, entry: AuditEntry) -> Any:
    """The client account of an entry, if it is still there and this member may see its pages."""
    if entry.account_id is None or not request.membership.may(Capability.SEE_CLIENTS):
        return None
    return visible_accounts(request.membership).filter(pk=entry.account_id).first()


def _tried(request: TeamRequest, entry: AuditEntry) -> tuple[str, str] | None:
    """The client account that somebody tried to reach and was refused, as it was typed, and its name, "" for none: for
    who sees the whole log, as it tells what there is."""
    slug = entry.parameters.get("tried", {}).get("client")
    if not slug or not sees_whole_log(request.membership):
        return None
    account = visible_accounts(request.membership).filter(slug=slug).first()
    return slug, str(account or "")


@team_view(Capability.SEE_LOG)
def action(request: TeamRequest, action: UUID) -> HttpResponse:
    """The way from a form to its action's last entry."""
    last = visible_entries(request.membership).filter(action=action).order_by("-number").first()
    if last is None:
        raise Http404
    return redirect("log_entry", team=request.team.slug, number=last.number)


@team_view(Capability.SEE_LOG)
def fitting(request: TeamRequest, number: int) -> HttpResponse:
    """The way from an action in the list to its first call that the list asks for: from the entry of this number on."""
    visible = visible_entries(request.membership)
    first, told = get_object_or_404(visible, number=number), _asked(request)
    found = step(visible.filter(action=first.action), told.entries, number - 1) if told else None
    if found and not found.fits:
        messages.info(
            request, _("Among the calls up to this one none fits the search. You can look further from here.")
        )
    there = reverse("log_entry", args=[request.team.slug, found.number if found else number])
    return redirect(f"{there}?{request.GET.urlencode()}".rstrip("?"))
