from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import sent_from
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.jobs import services
from integrations.jobs.forms import StepForm
from integrations.jobs.kinds import KINDS
from integrations.jobs.models import Job
from integrations.jobs.progress import Progress

_MOST_SHOWN = 50
_STEPS = {"pause": services.pause, "go_on": services.go_on, "stop": services.stop}


@account_view(Capability.SEE_CLIENTS)
def jobs(request: AccountRequest) -> HttpResponse:
    """The client's jobs, the newest first, so many at a time."""
    found = _jobs_of(request).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    shown = list(found[: _MOST_SHOWN + 1])
    older = shown[_MOST_SHOWN - 1].pk if len(shown) > _MOST_SHOWN else None
    context = {"jobs": [Progress(job) for job in shown[:_MOST_SHOWN]], "older": older, "is_later_page": bool(before)}
    return render(request, "jobs/jobs.html", context)


@account_view(Capability.SEE_CLIENTS)
def job(request: AccountRequest, job_id: int) -> HttpResponse:
    """How a job gets on, or has ended; the page asks for itself every few seconds until that."""
    found = get_object_or_404(_jobs_of(request), pk=job_id)
    context = {"progress": Progress(found), "may_change": _may_change(request, found)}
    return render(request, "jobs/job.html", context)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("job")
def change(request: AccountRequest, job_id: int) -> HttpResponse:
    """Let a job pause, go on or stop."""
    found = get_object_or_404(_jobs_of(request), pk=job_id)
    if not _may_change(request, found):
        raise PermissionDenied
    form = StepForm(request.POST)
    if form.is_valid():
        _STEPS[form.cleaned_data["step"]](found, request.errand.actor)
    return redirect("job", team=request.team.slug, account=request.account.slug, job_id=found.pk)


def _may_change(request: AccountRequest, job: Job) -> bool:
    return job.kind in KINDS and request.membership.may(KINDS[job.kind].capability)


def _jobs_of(request: AccountRequest) -> QuerySet[Job]:
    return Job.objects.filter(team=request.team, account_id=request.account.pk)
