from functools import wraps

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, View, sent_from, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.stream import services
from integrations.audit.stream.errors import NotDelivered
from integrations.audit.stream.forms import DestinationForm
from integrations.audit.stream.models import Destination


def stream_view(view: View) -> View:
    """A view for who manages the team's log, where the operator allows hosts to send it to. It gets the present
    destination, or None."""

    @team_view(Capability.MANAGE_LOG)
    @wraps(view)
    def where_offered(request: TeamRequest) -> HttpResponseBase:
        if not settings.LOG_STREAM_HOSTS:
            raise Http404
        return view(request, Destination.objects.select_related("stored_by").filter(team=request.team).first())

    return where_offered


@stream_view
def stream(request: TeamRequest, destination: Destination | None) -> HttpResponse:
    """Where the log is sent to, how far that has come, and what stands in the way."""
    waiting = services.waiting(destination) if destination else None
    return render(request, "audit/stream/stream.html", {"destination": destination, "waiting": waiting})


@stream_view
def change(request: TeamRequest, destination: Destination | None) -> HttpResponse:
    """Name a destination, or another one."""
    form = DestinationForm(request.POST or None, stored=destination)
    if request.method == "POST" and form.is_valid():
        services.set_destination(request.team, form.chosen(), Actor.of(request), with_past=form.with_past)
        messages.success(request, _("Saved. What waits is sent within a minute."))
        return redirect("log_stream", team=request.team.slug)
    context = {"form": form, "destination": destination, "hosts": settings.LOG_STREAM_HOSTS}
    return render(request, "audit/stream/change.html", context, status=422 if form.errors else 200)


@stream_view
@sent_from("log_stream")
def test(request: TeamRequest, destination: Destination | None) -> HttpResponse:
    """Send one line that says that it is a test, and tell what came of it."""
    if destination is None:
        return redirect("log_stream", team=request.team.slug)
    limit = {"log_stream_test": "10/5m/key"}
    key = str(request.team.pk)
    if not ratelimit.consume(request, app="allauth.account", action="log_stream_test", key=key, config=limit):
        return ratelimit.respond_429(request)
    try:
        services.send_test(destination, Actor.of(request))
    except NotDelivered as error:
        told = {"host": destination.host, "problem": error.problem.label}
        messages.warning(request, _("The test did not arrive at %(host)s. %(problem)s") % told)
    else:
        messages.success(request, _("The test has arrived at %(host)s.") % {"host": destination.host})
    return redirect("log_stream", team=request.team.slug)


@stream_view
@sent_from("log_stream")
def pause(request: TeamRequest, destination: Destination | None) -> HttpResponse:
    """Send nothing more until further notice, or go on."""
    if destination:
        goes_on = "go_on" in request.POST
        services.pause(request.team, Actor.of(request), undo=goes_on)
        told = _("The log is forwarded again. What waits is sent within a minute.") if goes_on else _("Paused.")
        messages.success(request, told)
    return redirect("log_stream", team=request.team.slug)


@stream_view
def remove(request: TeamRequest, destination: Destination | None) -> HttpResponse:
    """Send the log nowhere any more, after asking once."""
    if destination is None:
        return redirect("log_stream", team=request.team.slug)
    if request.method == "POST":
        services.remove(request.team, Actor.of(request))
        messages.success(request, _("The log is not forwarded any more."))
        return redirect("log_stream", team=request.team.slug)
    return render(request, "audit/stream/remove.html", {"destination": destination})
