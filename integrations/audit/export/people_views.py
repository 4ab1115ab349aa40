import re
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TeamRequest, team_view
from accounts.exports import export
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.export.people import Place, record_reading, report_about
from integrations.audit.query.asked import Asked
from integrations.audit.query.conditions import conditions
from integrations.audit.query.participants import Participants
from integrations.audit.recorder import Scope
from integrations.audit.visibility import visible_entries

_PLACE: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


@team_view(Capability.SEE_LOG)
@export
def person(request: TeamRequest) -> HttpResponse:
    """Everything about a contact, by client account."""
    return _report(request, Scope(request.team.pk))


@team_view(Capability.SEE_LOG)
@export
def person_of_client(request: TeamRequest, account_id: int) -> HttpResponse:
    """Everything about a contact in one client account: it names no other, so that it can be handed over."""
    of_client = visible_entries(request.membership).filter(account_id=account_id)
    label = of_client.order_by("-number").values_list("account_label", flat=True).first()
    if label is None:
        raise Http404
    return _report(request, Scope(request.team.pk, account_id, label))


def _report(request: TeamRequest, scope: Scope) -> HttpResponse:
    asked = Asked.of(request.GET).only("subject")
    if not asked.subjects or conditions(asked.terms, Participants(request.membership)).mistakes:
        return redirect("log", team=request.team.slug)
    place = _PLACE.fullmatch(request.GET.get("after", ""))
    after = Place(int(place[1]), int(place[2])) if place else None
    report = report_about(request.membership, asked.subjects, scope.account_id, after)
    if not report.labels:
        raise Http404
    record_reading(Actor.of(request), request.membership, scope, asked.subjects, report)
    context = {"report": report, "asked": asked, "client": scope.account_label}
    return render(request, "audit/export/person.html", context)
