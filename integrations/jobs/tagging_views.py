from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import sent_from
from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.jobs.forms import ManyContactsForm
from integrations.jobs.models import Job
from integrations.jobs.services import MOST_OF_CLIENT, MOST_OF_TEAM, TooManyJobs, job_id_of
from integrations.jobs.tagging import begin_tagging
from integrations.tags.picker import list_to_search


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
def tagging(request: AccountRequest) -> HttpResponse:
    """Begin a job that tags contacts by their addresses, or takes tags from them."""
    if request.method != "POST":
        if request.errand.credential is None:
            return render(request, "tags/tagging_not_connected.html")
        return _form_page(request, ManyContactsForm())
    form = ManyContactsForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    action: UUID = form.cleaned_data["action"]
    try:
        job = begin_tagging(request.errand, form.tagging(), action)
    except AlreadyStarted:
        begun = Job.objects.filter(team=request.team, account_id=request.account.pk, action=job_id_of(action)).first()
        if begun is None:
            return _form_page(request, ManyContactsForm(typed=request.POST), _sent_before(), status=422)
        job = begun
    except TooManyJobs as error:
        return _form_page(request, ManyContactsForm(typed=request.POST), _too_many(error), status=422)
    except EXPLAINED as error:
        return _form_page(request, ManyContactsForm(typed=request.POST), explain(error, action), status=422)
    return redirect("job", team=request.team.slug, account=request.account.slug, job_id=job.pk)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("job_tagging")
def find_tags(request: AccountRequest) -> HttpResponse:
    """The form as it was typed, with the tags that were looked for; for browsers without JavaScript."""
    return _form_page(request, ManyContactsForm(typed=request.POST), tags_found=list_to_search(request.errand))


def _form_page(
    request: AccountRequest, form: ManyContactsForm, failure: Explanation | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "failure": failure, "action": uuid4(), **more}
    return render(request, "jobs/tagging.html", context, status=status)


def _sent_before() -> Explanation:
    return Explanation(
        _("This form was sent before, so nothing was sent this time."),
        _("Please check the entries and send it again."),
    )


def _too_many(error: TooManyJobs) -> Explanation:
    if error.of_client:
        what = _("%(number)s jobs of this client have not ended, so no other one was begun.")
        number = MOST_OF_CLIENT
    else:
        what = _("%(number)s jobs of your team have not ended, so no other one was begun.")
        number = MOST_OF_TEAM
    next_step = _("Please wait until one has ended, or stop one that is not needed any more, and send this again.")
    return Explanation(what % {"number": number}, next_step)
