from collections.abc import Sequence
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import is_fragment
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.recorder import AlreadyStarted
from integrations.audit.subjects import search_hashes
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, Explanation, explain, sent_before
from integrations.clients.gateway import credential_for
from integrations.clients.models import ReferenceKind
from integrations.clients.reference import last_known, load
from integrations.contacts.added import add_outcome, tags_created_by
from integrations.contacts.failures import explain_at_field
from integrations.contacts.forms import AddContactForm, ContactForm
from integrations.contacts.models import Origin
from integrations.contacts.services import NewContact, add_contact, subject_of


@account_view(Capability.CHANGE_CONTACTS)
def add(request: AccountRequest) -> HttpResponse:
    """The add-contact form. Its lists are loaded from KlickTipp after the page has come up."""
    names = last_known(request.account, ReferenceKind.FIELDS).names()
    if request.method != "POST":
        if credential_for(request.account, request.user.pk) is None:
            return render(request, "contacts/not_connected.html")
        return _form_page(request, AddContactForm(names=names))
    if "show_field" in request.POST:
        return _with_further_field(request, AddContactForm(names=names, typed=request.POST))
    form = AddContactForm(request.POST, names=names)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    action: UUID = form.cleaned_data["action"]
    new = form.new_contact()
    try:
        add_contact(request.account, new, form.provenance(), Actor.of(request), action)
    except AlreadyStarted:
        return _sent_before(request, new, action)
    except EXPLAINED as error:
        failure = explain_at_field(form, error, action)
        made = tags_created_by(request.account, action)
        return _form_page(request, form, failure, status=422, created_tags=made)
    messages.success(
        request,
        _("%(contact)s has been added, or updated if it was there before.") % {"contact": new.email or new.sms_number},
    )
    return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)


@account_view(Capability.CHANGE_CONTACTS)
def choices(request: AccountRequest, kind: str) -> HttpResponse:
    """A control of the form with its list as KlickTipp has it now, or the last known one."""
    if kind not in ReferenceKind:
        raise Http404
    listing = load(request.account, ReferenceKind(kind), Actor.of(request))
    form = AddContactForm(names=listing.names() if kind == ReferenceKind.FIELDS else {}, typed=request.GET)
    context = {"form": form, "lists": {kind: listing}, "stale": listing.error and explain(listing.error)}
    return render(request, f"contacts/add.html#{kind}", context)


@account_view(Capability.CHANGE_CONTACTS)
def added(request: AccountRequest, action: UUID) -> HttpResponse:
    """What came of an add: the contact's id, status and tags, and the way into the log."""
    outcome = add_outcome(request.account, action)
    if outcome is None:
        raise Http404
    return render(request, "contacts/added.html", {"added": outcome})


def _form_page(
    request: AccountRequest,
    form: AddContactForm,
    failure: Explanation | None = None,
    status: int = 200,
    created_tags: Sequence[str] = (),
) -> HttpResponse:
    """The form with the lists that are known already; a fresh page has them loaded anew."""
    known = {kind.value: last_known(request.account, kind) for kind in ReferenceKind}
    context = {
        "form": form,
        "failure": failure,
        "lists": {kind: listing for kind, listing in known.items() if listing.fetched_at},
        "load_lists": request.method != "POST",
        "action": uuid4(),
        "created_tags": created_tags,
    }
    return render(request, "contacts/add.html", context, status=status)


def _with_further_field(request: AccountRequest, form: AddContactForm) -> HttpResponse:
    """The form with one more data field, what was typed so far unchecked."""
    rows = rows_with_further_field(request, form)
    return rows if is_fragment(request) else _form_page(request, form)


def rows_with_further_field(request: AccountRequest, form: ContactForm) -> HttpResponse:
    """Show one more data field in a form for a contact. Gives the fragment with the form's data fields."""
    chosen = request.POST.get("further_field", "").strip()
    context = {"form": form, "focus_on": chosen if form.show_field(chosen) else "further_field"}
    listing = last_known(request.account, ReferenceKind.FIELDS)
    return render(request, "contacts/add.html#rows", context | {"lists": {"fields": listing}})


def _sent_before(request: AccountRequest, new: NewContact, action: UUID) -> HttpResponse:
    """The same person twice is a double submit and ends on what came of the first. A form that was reached again with
    the browser's Back button, for another person or after a refusal, can be sent once more under a new action."""
    origin = Origin.objects.filter(account=request.account, action=action).first()
    if origin and origin.subject_hash in search_hashes(subject_of(new), request.team.pk):
        return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)
    failure = sent_before(request.account, action)
    names = last_known(request.account, ReferenceKind.FIELDS).names()
    return _form_page(request, AddContactForm(names=names, typed=request.POST), failure, status=422)
