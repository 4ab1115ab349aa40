"""The add-contact form and its steps: each has an address of its own, and answers with the form as it was typed."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import part_of, sent_from
from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.audit.reading import calls_of
from integrations.audit.subjects import search_hashes
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, explain, sent_before
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.another import like_earlier
from integrations.contacts.adding.checking import Verdict, check_add, unsure_of
from integrations.contacts.adding.differences import differences
from integrations.contacts.adding.failures import explain_at_field
from integrations.contacts.adding.forms import AddContactForm
from integrations.contacts.adding.lookup import Lookup, looked_up_before
from integrations.contacts.adding.outcome import is_update
from integrations.contacts.adding.page import FormPage, can_check, choices_of, field_added, unsure_of_action
from integrations.contacts.adding.preview import Preview, preview_of
from integrations.contacts.adding.sent_forms import has_sent, remember_sent
from integrations.contacts.adding.services import ByApi, submit
from integrations.contacts.adding.submission import Submission
from integrations.contacts.adding.words import BY_API, EFFECTS, lookup_alert
from integrations.contacts.errors import NotLookedUp
from integrations.contacts.fields.form_fields import FIRST_SHOWN
from integrations.contacts.fields.kept import kept_otherwise
from integrations.contacts.models import Origin
from integrations.tags.picker import list_to_search
from integrations.tags.services import tags_created_by


@account_view(Capability.CHANGE_CONTACTS)
def add(request: AccountRequest) -> HttpResponse:
    """The form, and what sends it. Its lists are loaded from KlickTipp after the page has come up. Asked for one `like`
    an earlier add, it has what goes for the next contact too."""
    if request.method == "POST":
        return _send(request)
    if request.errand.credential is None:
        return render(request, "contacts/not_connected.html")
    typed = like_earlier(request.account, request.GET.get("like", ""))
    return _page(request, AddContactForm(request.errand, typed=typed), loads_lists=True)


def _send(request: AccountRequest) -> HttpResponse:
    """Send the form. An address that belongs to a contact is sent once the person has seen what changes."""
    form = AddContactForm(request.errand, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    submission, lookup_id = form.submission(), uuid4()
    try:
        sent = submit(submission, ByApi(submission), lookup_id)
    except AlreadyStarted:
        return _sent_before(request, submission)
    except NotLookedUp as error:
        failure = explain_at_field(request.account, form, error.error, lookup_id)
        return _page(request, form, failure=failure, status=422)
    except EXPLAINED as error:
        return _failed(request, form, submission, error)
    if isinstance(sent, Preview):
        changes_nothing = sent.differences is not None and not sent.differences
        unsure = unsure_of(request.account, submission.new.subjects[0]) if changes_nothing else None
        return _page(request, form, preview=sent, unsure=unsure)
    remember_sent(request.session, submission.action_id, submission.new)
    messages.success(request, EFFECTS[sent.effect] % {"contact": submission.new.address})
    for kept in differences(request.errand, submission.new, sent.contact).values:
        messages.warning(request, kept_otherwise(kept.name, kept.after, kept.before))
    return _to_outcome(request, submission.action_id)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_add")
def prefill(request: AccountRequest) -> HttpResponse:
    """A fresh form with what another page knows of the new contact."""
    typed = request.POST.copy()
    typed.setlist("shown", list(FIRST_SHOWN))
    return _page(request, AddContactForm(request.errand, typed=typed), loads_lists=True)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_add")
def find_tags(request: AccountRequest) -> HttpResponse:
    """The tags that fit what was typed, for browsers without JavaScript."""
    return _page(request, _typed(request), tags_found=list_to_search(request.errand))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_add")
def add_field(request: AccountRequest) -> HttpResponse:
    """One more data field in the form."""
    form = _typed(request)
    return field_added(request, form, _urls(request), lambda: _page(request, form))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("contact_add")
def check(request: AccountRequest, action: UUID) -> HttpResponse:
    """What became of an add that may have happened. If it has, its page tells; else the form stays as it was typed."""
    unsure = unsure_of_action(request, action)
    form = AddContactForm(request.errand, request.POST)
    if not can_check(form, unsure):
        return _page(request, form, unsure=unsure, status=422)
    new, lookup_id = form.new_contact(), uuid4()
    as_sent = has_sent(request.session, action, new)
    try:
        checked = check_add(request.errand, unsure, new.email, new if as_sent else None, lookup_id)
    except EXPLAINED as error:
        return _page(request, form, failure=explain(error, lookup_id), unsure=unsure, status=422)
    if checked.verdict is Verdict.DONE:
        told = (
            _("%(contact)s is in KlickTipp with everything you typed.")
            if as_sent
            else _("%(contact)s is in KlickTipp.")
        )
        messages.success(request, told % {"contact": new.email})
        return _to_outcome(request, action)
    preview = preview_of(request.errand, new, checked.lookup)
    return _page(request, form, preview=preview, unsure=unsure, verdict=checked.verdict)


@account_view(Capability.CHANGE_CONTACTS)
@part_of("contact_add")
def choices(request: AccountRequest, kind: str) -> HttpResponse:
    """A control of the form with its list as KlickTipp has it now, or the last known one."""
    if kind not in (ReferenceKind.FIELDS, ReferenceKind.OPTIN_PROCESSES):
        raise Http404
    return choices_of(request, AddContactForm, ReferenceKind(kind), _urls(request))


def _typed(request: AccountRequest) -> AddContactForm:
    """The form as it was typed, unchecked."""
    return AddContactForm(request.errand, typed=request.POST)


def _page(request: AccountRequest, form: AddContactForm, *, status: int = 200, **shown: Any) -> HttpResponse:
    """The form with the lists that are known already, and what is `shown` with it, see `FormPage`."""
    page = FormPage(request.account, form, BY_API, **shown)
    known = {kind: request.errand.last_known(kind) for kind in (ReferenceKind.FIELDS, ReferenceKind.OPTIN_PROCESSES)}
    lookup = page.preview.lookup if page.preview else None if page.failure else _looked_up_before(request)
    context = {
        "page": page,
        "form": form,
        "action": uuid4(),
        "lists": {kind: listing for kind, listing in known.items() if listing.fetched_at},
        "lookup": lookup,
        "found": lookup_alert(lookup, form["email"].value()) if lookup else None,
        **_urls(request),
    }
    return render(request, "contacts/adding/add.html", context, status=status)


def _urls(request: AccountRequest) -> dict[str, str]:
    where = {"team": request.team.slug, "account": request.account.slug}
    return {
        "field_url": reverse("contact_add_field", kwargs=where),
        "fields_url": reverse("contact_add_choices", kwargs=where | {"kind": ReferenceKind.FIELDS}),
    }


def _looked_up_before(request: AccountRequest) -> Lookup | None:
    return looked_up_before(request.errand, request.POST.get("email", "").strip(), request.POST.get("looked", ""))


def _failed(request: AccountRequest, form: AddContactForm, sent: Submission, error: Exception) -> HttpResponse:
    """The form as it was typed, with what stood in the way, and a check where it may have happened all the same."""
    unsure = Origin.objects.filter(account=request.account, action=sent.action_id).first()
    updates = is_update(calls_of(request.account.scope, sent.action_id))
    can_check = bool(unsure and sent.new.email)
    failure = explain_at_field(request.account, form, error, sent.action_id, updates=updates, can_check=can_check)
    if unsure:
        remember_sent(request.session, sent.action_id, sent.new)
    made = tags_created_by(request.account, sent.action_id)
    return _page(request, form, failure=failure, created_tags=made, unsure=unsure, status=422)


def _sent_before(request: AccountRequest, sent: Submission) -> HttpResponse:
    """The same person twice is a double submit and ends on what came of the first. A form that was reached again with
    the browser's Back button, for another person or after a refusal, can be sent once more under a new action."""
    origin = Origin.objects.filter(account=request.account, action=sent.action_id).first()
    if origin and origin.subject_hash in search_hashes(sent.new.subjects[0], request.team.pk):
        return _to_outcome(request, sent.action_id)
    return _page(request, _typed(request), failure=sent_before(request.account, sent.action_id), status=422)


def _to_outcome(request: AccountRequest, action: UUID) -> HttpResponse:
    return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)
