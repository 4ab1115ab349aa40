from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, team_view
from accounts.roles import Capability
from accounts.texts import plain
from integrations.audit.overview.figures import Figures, presets
from integrations.audit.overview.forms import OverviewForm
from integrations.audit.overview.sums import Span
from integrations.audit.visibility import sees_whole_log, visible_accounts


@team_view(Capability.SEE_LOG)
def overview(request: TeamRequest) -> HttpResponse:
    """The calls to KlickTipp of some days, counted: by time and outcome, by reason, by operation, by client account."""
    visible = {account.slug: account for account in visible_accounts(request.membership)}
    names = sorted(((slug, str(account)) for slug, account in visible.items()), key=lambda client: plain(client[1]))
    form = OverviewForm(request.GET, names)
    chosen = form.clients
    context: dict[str, Any] = {
        "form": form,
        "presets": presets(form),
        "clients_in_words": ", ".join(name for slug, name in names if slug in chosen) or _("All clients"),
    }
    if not form.is_valid():
        return render(request, "audit/overview/overview.html", context, status=422)
    everything = sees_whole_log(request.membership) and not chosen
    account_ids = None if everything else [visible[slug].pk for slug in chosen or visible]
    span = Span(request.team.pk, form.cleaned_data["since"], form.cleaned_data["until"], account_ids)
    context["figures"] = Figures(span, request.team, list(visible.values()), chosen)
    return render(request, "audit/overview/overview.html", context)
