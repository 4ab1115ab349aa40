from collections.abc import Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.access import TeamRequest, team_view
from accounts.exports import export
from accounts.roles import Capability
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.recorder import Scope
from integrations.members.access_review import table
from integrations.members.access_review.forms import ReviewForm
from integrations.members.access_review.joining import not_in_log
from integrations.members.access_review.review import Client, Day, clients_ever, clients_on, history_begins, reaches
from integrations.members.access_review.sentences import TABLE_DOWNLOADED

PAGE_SIZE = 10
"""Client accounts on a page."""


@team_view(Capability.SEE_WHOLE_LOG)
def access_review(request: TeamRequest) -> HttpResponse:
    """Who could reach which client account on a day, and how; for who is limited, of their clients."""
    form = _form(request)
    if not form.is_valid():
        return _wrong(request, form)
    asked = form.cleaned_data
    day = Day.on(asked["on"])
    clients = _after(_asked_for(request, form, day), asked["after"])
    page = clients[:PAGE_SIZE]
    review = reaches(request.team, page, day)
    people = {reach.user_id: reach.person for _client, found in review for reach in found}
    unexplained = not_in_log(request.team, people, day)
    begins = history_begins(request.team)
    context = {
        "form": form,
        "day": asked["on"],
        "review": review,
        "not_in_log": [person for user_id, person in people.items() if user_id in unexplained],
        "older_than": begins if begins and day.begins < begins else None,
        "kept": _kept(form),
        "next": page[-1].id if len(clients) > PAGE_SIZE else None,
    }
    return render(request, "members/access_review/review.html", context)


@team_view(Capability.SEE_WHOLE_LOG)
@export
def access_review_table(request: TeamRequest) -> HttpResponseBase:
    """The same of all client accounts as a file."""
    form = _form(request)
    if not form.is_valid():
        return _wrong(request, form)
    on = form.cleaned_data["on"]
    day = Day.on(on)
    clients = _asked_for(request, form, day)
    events.record(TABLE_DOWNLOADED, Actor.of(request), Scope(request.team.pk), day={"day": on.isoformat()})
    name = f"access-{request.team.slug}-{on.isoformat()}.csv"
    return StreamingHttpResponse(
        table.lines(request.team, clients, day),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _form(request: TeamRequest) -> ReviewForm:
    return ReviewForm(request.GET, team=request.team, clients=clients_ever(request.membership))


def _asked_for(request: TeamRequest, form: ReviewForm, day: Day) -> list[Client]:
    clients, chosen = clients_on(request.membership, day), form.cleaned_data["client"]
    return [client for client in clients if chosen in (None, client.id)]


def _after(clients: Sequence[Client], before: int | None) -> Sequence[Client]:
    """Those that follow a client account; all of them where it is none of them."""
    ids = [client.id for client in clients]
    return clients[ids.index(before) + 1 :] if before in ids else clients


def _kept(form: ReviewForm) -> str:
    """The address's query without the place on which the page begins."""
    asked = form.cleaned_data
    return f"on={asked['on'].isoformat()}" + (f"&client={asked['client']}" if asked["client"] else "")


def _wrong(request: TeamRequest, form: ReviewForm) -> HttpResponse:
    return render(request, "members/access_review/review.html", {"form": form}, status=422)
