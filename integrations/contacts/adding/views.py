"""Adding a contact: the form, its preview, and what came of it."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import is_fragment
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.reading import calls_of
from integrations.audit.recorder import AlreadyStarted
from integrations.audit.subjects import search_hashes
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain, sent_before
from integrations.clients.lists import Listing, last_known, load
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.cautions import standing_of
from integrations.contacts.adding.checking import Verdict, check_add, is_about, unsure_of
from integrations.contacts.adding.failures import explain_at_field
from integrations.contacts.adding.forms import AddContactForm, ContactAddressForm
from integrations.contacts.adding.further_field import rows_with_further_field
from integrations.contacts.adding.lookup import Lookup, looked_up_before
from integrations.contacts.adding.outcome import add_outcome, is_update
from integrations.contacts.adding.preview import Preview, Sent, Shown, add_or_preview, preview_of
from integrations.contacts.adding.sent_forms import address_of, has_sent, remember_sent, sent_address
from integrations.contacts.adding.services import NewContact, subject_of
from integrations.contacts.fields.form_fields import FIRST_SHOWN
from integrations.contacts.fields.types import types_of
from integrations.contacts.models import Origin
from integrations.tags.picker import is_search, list_to_search
from integrations.tags.services import tags_created_by

_TOLD = {
    Sent.ADDED: gettext_lazy("%(contact)s has been added."),
    Sent.UPDATED: gettext_lazy("%(contact)s has been updated."),
    Sent.EITHER: gettext_lazy("%(contact)s has been added, or updated if it was there before."),
}


@account_view(Capability.CHANGE_CONTACTS)
def add(request: AccountRequest) -> HttpResponse:
    """The add-contact form. Its lists are loaded from KlickTipp after the page has come up. An address that belongs to
    a contact is sent once the person has seen what changes."""
    names = last_known(request.account, ReferenceKind.FIELDS).names()
    types = types_of(request.account)
    if request.method != "POST":
        if credential_for(request.account, request.user.pk) is None:
            return render(request, "contacts/not_connected.html")
        return _form_page(request, AddContactForm(names=names, types=types))
    if "prefill" in request.POST:
        return _form_page(request, AddContactForm(names=names, types=types, typed=_prefilled(request.POST)))
    if is_search(request.POST):
        listing = list_to_search(request.account, Actor.of(request))
        form = AddContactForm(names=names, types=types, typed=request.POST)
        return _form_page(request, form, tags_found=listing)
    if "show_field" in request.POST:
        return _with_further_field(request, AddContactForm(names=names, types=types, typed=request.POST))
    form = AddContactForm(request.POST, names=names, types=types)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    action: UUID = form.cleaned_data["action"]
    new = form.new_contact()
    if "check" in request.POST:
        return _check(request, form, new)
    lookup = uuid4()
    shown = Shown(request.POST.get("looked", ""), request.POST.get("seen", ""))
    try:
        sent = add_or_preview(request.account, new, form.provenance(), Actor.of(request), action, lookup, shown)
    except AlreadyStarted:
        return _sent_before(request, new, action)
    except EXPLAINED as error:
        calls = calls_of(request.account.scope, action)
        unsure = Origin.objects.filter(account=request.account, action=action).first()
        failure = explain_at_field(
            request.account,
            form,
            error,
            action if calls else lookup,
            updates=is_update(calls),
            can_check=bool(unsure and new.email),
        )
        if unsure:
            remember_sent(request.session, action, new)
        made = tags_created_by(request.account, action)
        return _form_page(request, form, failure, status=422, created_tags=made, unsure=unsure)
    if isinstance(sent, Preview):
        changes_nothing = sent.differences is not None and not sent.differences
        unsure = unsure_of(request.account, new.email) if changes_nothing else None
        return _form_page(request, form, preview=sent, unsure=unsure)
    remember_sent(request.session, action, new)
    messages.success(request, _TOLD[sent] % {"contact": address_of(new)})
    return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)


@account_view(Capability.CHANGE_CONTACTS)
def choices(request: AccountRequest, kind: str) -> HttpResponse:
    """A control of the form with its list as KlickTipp has it now, or the last known one."""
    if kind not in (ReferenceKind.FIELDS, ReferenceKind.OPTIN_PROCESSES):
        raise Http404
    listing = load(request.account, ReferenceKind(kind), Actor.of(request))
    names = listing.names() if kind == ReferenceKind.FIELDS else {}
    form = AddContactForm(names=names, types={}, typed=request.GET)
    context = {"form": form, "lists": {kind: listing}, "stale": listing.error and explain(listing.error)}
    return render(request, f"contacts/adding/add.html#{kind}", context)


@account_view(Capability.CHANGE_CONTACTS)
def added(request: AccountRequest, action: UUID) -> HttpResponse:
    """What came of an add: the contact's id, status and tags, and the way into the log."""
    outcome = add_outcome(request.account, action)
    if outcome is None:
        raise Http404
    address = sent_address(request.session, action)
    form = ContactAddressForm(initial={"email": address})
    return render(request, "contacts/adding/added.html", {"added": outcome, "address": address, "form": form})


def _form_page(
    request: AccountRequest,
    form: AddContactForm,
    failure: Explanation | None = None,
    status: int = 200,
    created_tags: Sequence[str] = (),
    tags_found: Listing | None = None,
    preview: Preview | None = None,
    unsure: Origin | None = None,
    verdict: Verdict | None = None,
) -> HttpResponse:
    """The form with the lists that are known already; a fresh page has them loaded anew.

    unsure: of an add that may have happened, and can be checked
    verdict: what such a check has found; `preview` is of the contact that it has read
    """
    kinds = (ReferenceKind.FIELDS, ReferenceKind.OPTIN_PROCESSES)
    known = {kind.value: last_known(request.account, kind) for kind in kinds}
    lookup = preview.lookup if preview else None if failure else _looked_up_before(request)
    context = {
        "form": form,
        "looks_up": True,
        "failure": failure,
        "lists": {kind: listing for kind, listing in known.items() if listing.fetched_at},
        "load_lists": request.method != "POST" or "prefill" in request.POST,
        "action": uuid4(),
        "created_tags": created_tags,
        "tags_found": tags_found,
        "preview": preview,
        "lookup": lookup,
        "standing": standing_of(lookup.told) if lookup and lookup.told else None,
        "unsure": unsure,
        "unsure_updates": unsure is not None and is_update(calls_of(request.account.scope, unsure.action)),
        "verdict": verdict,
    }
    return render(request, "contacts/adding/add.html", context, status=status)


def _looked_up_before(request: AccountRequest) -> Lookup | None:
    email, token = request.POST.get("email", "").strip(), request.POST.get("looked", "")
    return looked_up_before(request.account, email, Actor.of(request), token)


def _check(request: AccountRequest, form: AddContactForm, new: NewContact) -> HttpResponse:
    """What became of an add that may have happened. If it has, its page tells; else the form stays as it was typed."""
    unsure = _unsure(request)
    if unsure is None:
        raise Http404
    if not is_about(unsure, new.email):
        form.add_error("email", _("Another address than this one was sent. To check that one, please type it again."))
        return _form_page(request, form, status=422, unsure=unsure)
    lookup = uuid4()
    try:
        as_sent = new if has_sent(request.session, unsure.action, new) else None
        checked = check_add(request.account, unsure, new.email, as_sent, Actor.of(request), lookup)
    except EXPLAINED as error:
        return _form_page(request, form, explain(error, lookup), status=422, unsure=unsure)
    if checked.verdict is Verdict.DONE:
        told = (
            _("%(contact)s is in KlickTipp with everything you typed.")
            if as_sent
            else _("%(contact)s is in KlickTipp.")
        )
        messages.success(request, told % {"contact": new.email})
        return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=unsure.action)
    preview = preview_of(request.account, new, checked.lookup, Actor.of(request))
    return _form_page(request, form, preview=preview, unsure=unsure, verdict=checked.verdict)


def _unsure(request: AccountRequest) -> Origin | None:
    """Where the contact of the add comes from that the form asks about."""
    try:
        action = UUID(request.POST["check"])
    except ValueError:
        return None
    return Origin.objects.filter(account=request.account, action=action).first()


def _prefilled(posted: QueryDict) -> QueryDict:
    """What another page knows of the new contact, with the data fields that a fresh form shows."""
    typed = posted.copy()
    typed.setlist("shown", list(FIRST_SHOWN))
    return typed


def _with_further_field(request: AccountRequest, form: AddContactForm) -> HttpResponse:
    """The form with one more data field, what was typed so far unchecked."""
    rows = rows_with_further_field(request, form)
    return rows if is_fragment(request) else _form_page(request, form)


def _sent_before(request: AccountRequest, new: NewContact, action: UUID) -> HttpResponse:
    """The same person twice is a double submit and ends on what came of the first. A form that was reached again with
    the browser's Back button, for another person or after a refusal, can be sent once more under a new action."""
    origin = Origin.objects.filter(account=request.account, action=action).first()
    if origin and origin.subject_hash in search_hashes(subject_of(new), request.team.pk):
        return redirect("contact_added", team=request.team.slug, account=request.account.slug, action=action)
    failure = sent_before(request.account, action)
    names = last_known(request.account, ReferenceKind.FIELDS).names()
    form = AddContactForm(names=names, types=types_of(request.account), typed=request.POST)
    return _form_page(request, form, failure, status=422)
