"""Finding a contact, and its page."""

import re
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import is_fragment, sent_from
from accounts.roles import Capability
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.errand import Errand
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.models import ReferenceKind
from integrations.contacts.sentences import FIELDS_NAMED, OPTIN_PROCESSES_NAMED, TAGS_NAMED
from integrations.contacts.showing.contact import MOST_UNNAMED, empty_fields
from integrations.contacts.showing.forms import NO_SUCH_KEY, FindContactForm
from integrations.contacts.showing.page import as_contact_id, contact_page, gone_page
from integrations.contacts.showing.recent import recent_contacts
from integrations.contacts.showing.services import find_contact, open_contact
from integrations.contacts.showing.way_back import contact_url
from integrations.klicktipp import NotFound
from integrations.tags import smarttags

_MARKED = re.compile(r"[0-9A-Za-z]{1,60}")
_TAG_ID = re.compile(r"[1-9][0-9]{0,14}")
_NAMED = {
    ReferenceKind.TAGS: TAGS_NAMED,
    ReferenceKind.FIELDS: FIELDS_NAMED,
    ReferenceKind.OPTIN_PROCESSES: OPTIN_PROCESSES_NAMED,
}


@account_view(Capability.SEE_CLIENTS)
def contacts(request: AccountRequest) -> HttpResponse:
    """Find a contact by its address, ID or key; beside it the contacts that were opened in this visit."""
    if credential_for(request.account, request.user.pk) is None:
        return render(request, "contacts/not_connected.html")
    form = FindContactForm(request.POST if "wanted" in request.POST else None, country=request.account.phone_country)
    if not form.is_valid():
        return _find_page(request, form, status=422 if form.errors else 200)
    wanted: Subject = form.cleaned_data["wanted"]
    action = uuid4()
    try:
        contact_id = find_contact(request.errand, wanted, action)
    except EXPLAINED as error:
        return _find_page(request, form, status=422, failure=explain(error, action))
    if contact_id is None and wanted.is_key:
        form.add_error("wanted", NO_SUCH_KEY)
        return _find_page(request, form, status=422)
    if contact_id is None:
        return _find_page(request, form, missing=wanted)
    return redirect("contact", team=request.team.slug, account=request.account.slug, contact_id=int(contact_id))


@account_view(Capability.SEE_CLIENTS)
def contact(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Everything that KlickTipp and the portal know of a contact."""
    wanted = as_contact_id(contact_id)
    if credential_for(request.account, request.user.pk) is None:
        return render(request, "contacts/not_connected.html")
    action = uuid4()
    try:
        found = open_contact(request.errand, wanted, action)
    except NotFound:
        return gone_page(request, wanted)
    except EXPLAINED as error:
        context = {"contact_id": wanted, "failure": explain(error, action)}
        return render(request, "contacts/showing/contact.html", context, status=422)
    return contact_page(request, found, at=request.GET.get("at", ""))


@account_view(Capability.SEE_CLIENTS)
@sent_from("contact")
def names(request: AccountRequest, contact_id: int, kind: str) -> HttpResponse:
    """Load the list that names what a contact's page could only number. htmx puts the names in their places; without
    it the page is opened again."""
    if kind not in _NAMED:
        raise Http404
    ids = [wanted for wanted in dict.fromkeys(request.POST.getlist("id")[:MOST_UNNAMED]) if _MARKED.fullmatch(wanted)]
    if kind == ReferenceKind.TAGS:
        known, error = _tag_names(request.errand, [int(wanted) for wanted in ids if _TAG_ID.fullmatch(wanted)])
    else:
        listing = request.errand.load(ReferenceKind(kind), _NAMED[ReferenceKind(kind)])
        known, error = listing.names(), listing.error
    if not is_fragment(request):
        return redirect(contact_url(request, str(contact_id)))
    context = {
        "contact_id": contact_id,
        "kind": kind,
        "ids": ids,
        "stale": error and explain(error),
        "named": [(wanted, known[wanted]) for wanted in ids if wanted in known],
        "empty_fields": empty_fields(known, ids) if kind == ReferenceKind.FIELDS else [],
    }
    return render(request, "contacts/showing/names.html", context)


def _tag_names(errand: Errand, ids: list[int]) -> tuple[dict[str, str], Exception | None]:
    """The names of tags by their IDs as text, and why some are missing: SmartTags are asked for one by one, for all
    others there is a list."""
    unnamed = smarttags.unnamed(errand, ids)
    known = smarttags.known_ids(errand)
    smart = [tag_id for tag_id in unnamed if tag_id in known]
    error = errand.load(ReferenceKind.TAGS, TAGS_NAMED).error if len(smart) < len(unnamed) else None
    if smart:
        error = smarttags.name(errand, smart) or error
    return smarttags.with_smarttags(errand), error


def _find_page(
    request: AccountRequest,
    form: FindContactForm,
    status: int = 200,
    failure: Explanation | None = None,
    missing: Subject | None = None,
) -> HttpResponse:
    """`missing` is what was looked for in vain."""
    context = {
        "form": form,
        "failure": failure,
        "missing": missing,
        "missing_hashes": search_hashes(missing, request.account.team_id) if missing else [],
        "recent": recent_contacts(request.session, request.account),
    }
    return render(request, "contacts/showing/find.html", context, status=status)
