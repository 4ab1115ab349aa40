from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.retention import removed
from integrations.audit.retention.forms import PeriodsForm
from integrations.audit.retention.gaps import NUMBERS_A_RUN
from integrations.audit.retention.periods import TIME_TO_UNDO, change, may_remove, periods_of


@team_view(Capability.SEE_LOG)
def log_kept(request: TeamRequest) -> HttpResponse:
    """How long the team's log is kept, what was removed of it, and whether anything else is missing."""
    periods = periods_of(request.team.pk)
    context = {
        "periods": periods,
        "waits_until": periods.changed_at and not may_remove(periods) and periods.changed_at + TIME_TO_UNDO,
        "removals": removed.removals(request.team.pk),
        "gaps": removed.gaps(request.membership),
        "counted": removed.counted(request.membership),
        "counts_at_once": NUMBERS_A_RUN,
        "may_change": request.membership.may(Capability.MANAGE_LOG),
    }
    return render(request, "audit/retention/kept.html", context)


@team_view(Capability.MANAGE_LOG)
def log_periods(request: TeamRequest) -> HttpResponse:
    """The form for how long the team's log is kept."""
    form = PeriodsForm(request.POST or None, instance=periods_of(request.team.pk))
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        change(request.team.pk, cleaned["months"], cleaned["proof_months"], Actor.of(request))
        messages.success(request, _("Saved."))
        return redirect("log_kept", team=request.team.slug)
    return render(request, "audit/retention/periods.html", {"form": form}, status=422 if form.errors else 200)
