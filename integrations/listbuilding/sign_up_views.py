from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import is_fragment
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.recorder import AlreadyStarted
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain, sent_before
from integrations.clients.lists import last_known
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.checking import Verdict, check_add, is_about
from integrations.contacts.adding.failures import explain_at_field
from integrations.contacts.adding.forms import ContactForm
from integrations.contacts.adding.further_field import rows_with_further_field
from integrations.contacts.adding.preview import Preview, preview_of
from integrations.contacts.adding.services import NewContact, subject_of
from integrations.contacts.fields.types import types_of
from integrations.contacts.models import Origin
from integrations.listbuilding.afterwards import Afterwards, look_afterwards
from integrations.listbuilding.key_page import of_a_key, with_hint
from integrations.listbuilding.models import ListbuildingKey
from integrations.listbuilding.services import sign_up_outcome
from integrations.listbuilding.signing_up import Agreed, NotLookedUp, SignedUp, as_it_stands, sign_up_or_preview
from integrations.messages import status_in_words


def _without_the_key(request: AccountRequest) -> HttpResponse:
    """The form as it was typed, to be sent with another key."""
    form = _form(request, typed=True)
    return _page(request, None, form, status=404, others=request.account.listbuilding_keys.all())


@account_view(Capability.CHANGE_CONTACTS)
@of_a_key(gone=_without_the_key)
def sign_up(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """Subscribe a contact through listbuilding. An address that belongs to a contact is sent once the person has seen
    what changes."""
    if request.method != "POST":
        return _page(request, key, _form(request))
    if "show_field" in request.POST:
        form = _form(request, typed=True)
        rows = rows_with_further_field(request, form)
        return rows if is_fragment(request) else _page(request, key, form)
    form = _form(request, sent=True)
    if not form.is_valid():
        return _page(request, key, form, status=422)
    new = form.new_contact()
    if "check" in request.POST:
        return _check(request, key, form, new)
    action: UUID = form.cleaned_data["action"]
    lookup = uuid4()
    agreed = Agreed(request.POST.get("seen", ""), request.POST.get("unlooked", ""))
    actor = Actor.of(request)
    try:
        signed_up = sign_up_or_preview(key, new, form.provenance(), actor, action, lookup, agreed)
    except AlreadyStarted:
        return _sent_before(request, key, new, action)
    except NotLookedUp as error:
        return _page(request, key, form, _not_looked_up(error, lookup), status=422, unlooked=new.email)
    except EXPLAINED as error:
        unsure = _unsure(request, action)
        told = explain_at_field(request.account, form, error, action, can_check=bool(unsure and new.email))
        return _page(request, key, form, with_hint(error, told), status=422, unsure=unsure)
    if isinstance(signed_up, Preview):
        return _page(request, key, form, preview=signed_up)
    return _signed_up_page(request, key, new, action, signed_up)


def _form(request: AccountRequest, *, sent: bool = False, typed: bool = False) -> ContactForm:
    """The form: to be checked as it was `sent`, filled with what was `typed`, or fresh."""
    names = last_known(request.account, ReferenceKind.FIELDS).names()
    data = request.POST if sent else None
    return ContactForm(data, names=names, types=types_of(request.account), typed=request.POST if typed else None)


def _page(
    request: AccountRequest,
    key: ListbuildingKey | None,
    form: ContactForm,
    failure: Explanation | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """The form, with in `context` what else it shows:

    preview: what sending would change; verdict: what a check has found, of which `preview` is then
    unsure: the origin of a sign-up that may have happened and can be checked
    unlooked: the address that could not be looked up
    others: the keys that can stand in for one that has been removed; `key` is None then
    """
    fields = last_known(request.account, ReferenceKind.FIELDS)
    context |= {
        "key": key,
        "form": form,
        "failure": failure,
        "lists": {"fields": fields} if fields.fetched_at else {},
        "load_lists": request.method != "POST",
        "action": uuid4(),
        "can_look_up": _has_key(request),
    }
    return render(request, "listbuilding/sign_up.html", context, status=status)


def _signed_up_page(
    request: AccountRequest,
    key: ListbuildingKey,
    new: NewContact,
    action: UUID,
    signed_up: SignedUp | None,
    **context: Any,
) -> HttpResponse:
    """What came of a sign-up; `signed_up` is None unless KlickTipp has accepted it."""
    found = signed_up and signed_up.afterwards.contact
    context |= {
        "key": key,
        "contact": new.email or new.sms_number,
        "status": found and status_in_words(found.status),
        "logged": sign_up_outcome(request.account, action, subject_of(new)),
        "signed_up": signed_up,
        "can_look_up": _has_key(request),
        "why_untold": signed_up and signed_up.afterwards.error and explain(signed_up.afterwards.error),
        "origin": Origin.objects.filter(account=request.account, action=action).first(),
    }
    return render(request, "listbuilding/signed_up.html", context)


def _sent_before(request: AccountRequest, key: ListbuildingKey, new: NewContact, action: UUID) -> HttpResponse:
    """The same person twice is a double submit and ends on what came of the first."""
    outcome = sign_up_outcome(request.account, action, subject_of(new))
    if outcome is None:
        failure = sent_before(request.account, action)
        return _page(request, key, _form(request, typed=True), failure, status=422)
    signed_up = None
    if outcome.is_done:
        signed_up = as_it_stands(request.account, new, look_afterwards(request.account, new.email, Actor.of(request)))
    return _signed_up_page(request, key, new, action, signed_up, sent_before=True)


def _not_looked_up(error: NotLookedUp, lookup: UUID) -> Explanation:
    told = explain(error.error, lookup)
    agree = _(
        "Nothing was sent. If you send the form again, the contact is subscribed without looking; if it is a contact "
        "already, it is updated."
    )
    return Explanation(
        _("It could not be looked up whether this address belongs to a contact already."),
        f"{told.what} {agree}",
        code=told.code,
        action=told.action,
    )


def _check(request: AccountRequest, key: ListbuildingKey, form: ContactForm, new: NewContact) -> HttpResponse:
    """What became of a sign-up that may have happened. If it has, its page tells; else the form stays as typed."""
    try:
        unsure = _unsure(request, UUID(request.POST["check"]))
    except ValueError:
        unsure = None
    if unsure is None:
        raise Http404
    if not is_about(unsure, new.email):
        form.add_error("email", _("Another address than this one was sent. To check that one, please type it again."))
        return _page(request, key, form, status=422, unsure=unsure)
    lookup = uuid4()
    try:
        checked = check_add(request.account, unsure, new.email, new, Actor.of(request), lookup)
    except EXPLAINED as error:
        return _page(request, key, form, explain(error, lookup), status=422, unsure=unsure)
    if checked.verdict is Verdict.DONE:
        signed_up = as_it_stands(request.account, new, Afterwards(checked.contact))
        return _signed_up_page(request, key, new, unsure.action, signed_up, was_found=True)
    preview = preview_of(request.account, new, checked.lookup, Actor.of(request))
    return _page(request, key, form, preview=preview, unsure=unsure, verdict=checked.verdict)


def _unsure(request: AccountRequest, action: UUID) -> Origin | None:
    """Where the contact of a sign-up comes from that may have happened, if the client's account can tell."""
    if not _has_key(request):
        return None
    return Origin.objects.filter(account=request.account, action=action).first()


def _has_key(request: AccountRequest) -> bool:
    return credential_for(request.account, request.user.pk) is not None
