"""The form that subscribes a contact with a listbuilding key, and its steps, as those of the add-contact form."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import part_of, sent_from
from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, explain, sent_before
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.another import like_earlier
from integrations.contacts.adding.checking import Verdict, check_add
from integrations.contacts.adding.failures import explain_at_field
from integrations.contacts.adding.forms import ContactForm
from integrations.contacts.adding.page import FormPage, can_check, choices_of, field_added, unsure_of_action
from integrations.contacts.adding.preview import Preview, preview_of
from integrations.contacts.adding.services import submit
from integrations.contacts.adding.submission import NewContact, Submission
from integrations.contacts.errors import NotLookedUp
from integrations.contacts.models import Origin
from integrations.listbuilding.afterwards import Afterwards, look_afterwards
from integrations.listbuilding.key_page import of_a_key, with_hint
from integrations.listbuilding.models import ListbuildingKey
from integrations.listbuilding.signing_up import ByListbuildingKey, SignedUp, as_it_stands, sign_up_outcome
from integrations.listbuilding.words import BY_KEY, arrival_alert, heading, not_looked_up
from integrations.messages import status_in_words


def _without_the_key(request: AccountRequest) -> HttpResponse:
    """The form as it was typed, to be sent with another key."""
    others = request.account.listbuilding_keys.all()
    return _page(request, None, _typed(request), status=404, others=others)


@account_view(Capability.CHANGE_CONTACTS)
@of_a_key(gone=_without_the_key)
def sign_up(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """The form, and what sends it. An address that belongs to a contact is sent once the person has seen what
    changes."""
    if request.method != "POST":
        typed = like_earlier(request.account, request.GET.get("like", ""))
        return _page(request, key, ContactForm(request.errand, typed=typed), loads_lists=True)
    form = ContactForm(request.errand, request.POST)
    if not form.is_valid():
        return _page(request, key, form, status=422)
    submission, lookup_id = form.submission(), uuid4()
    try:
        signed_up = submit(submission, ByListbuildingKey(submission, key), lookup_id)
    except AlreadyStarted:
        return _sent_before(request, key, submission)
    except NotLookedUp as error:
        failure = not_looked_up(explain(error.error, lookup_id))
        return _page(request, key, form, status=422, failure=failure, unlooked=submission.new.email)
    except EXPLAINED as error:
        unsure = Origin.objects.filter(account=request.account, action=submission.action_id).first()
        if request.errand.credential is None:
            unsure = None
        told = explain_at_field(
            request.account, form, error, submission.action_id, can_check=bool(unsure and submission.new.email)
        )
        return _page(request, key, form, status=422, failure=with_hint(error, told), unsure=unsure)
    if isinstance(signed_up, Preview):
        return _page(request, key, form, preview=signed_up)
    return _signed_up_page(request, key, submission.new, submission.action_id, signed_up)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("tools_sign_up")
@of_a_key(gone=_without_the_key)
def add_field(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """One more data field in the form."""
    form = _typed(request)
    return field_added(request, form, _urls(request, key), lambda: _page(request, key, form))


@account_view(Capability.CHANGE_CONTACTS)
@part_of("tools_sign_up")
@of_a_key()
def field_choices(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """The data fields that the form offers, as KlickTipp has them now, or the last known ones."""
    return choices_of(request, ContactForm, ReferenceKind.FIELDS, _urls(request, key))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("tools_sign_up")
@of_a_key(gone=_without_the_key)
def check(request: AccountRequest, key: ListbuildingKey, action: UUID) -> HttpResponse:
    """What became of a sign-up that may have happened. If it has, its page tells; else the form stays as typed."""
    if request.errand.credential is None:
        raise Http404
    unsure = unsure_of_action(request, action)
    form = ContactForm(request.errand, request.POST)
    if not can_check(form, unsure):
        return _page(request, key, form, status=422, unsure=unsure)
    new, lookup_id = form.new_contact(), uuid4()
    try:
        checked = check_add(request.errand, unsure, new.email, new, lookup_id)
    except EXPLAINED as error:
        return _page(request, key, form, status=422, failure=explain(error, lookup_id), unsure=unsure)
    if checked.verdict is Verdict.DONE:
        signed_up = as_it_stands(request.errand, new, Afterwards(checked.contact))
        return _signed_up_page(request, key, new, action, signed_up, was_found=True)
    preview = preview_of(request.errand, new, checked.lookup)
    return _page(request, key, form, preview=preview, unsure=unsure, verdict=checked.verdict)


def _typed(request: AccountRequest) -> ContactForm:
    """The form as it was typed, unchecked."""
    return ContactForm(request.errand, typed=request.POST)


def _page(
    request: AccountRequest,
    key: ListbuildingKey | None,
    form: ContactForm,
    *,
    status: int = 200,
    unlooked: str = "",
    others: Any = (),
    **shown: Any,
) -> HttpResponse:
    """The form, and what is `shown` with it, see `FormPage`.

    key: None where it has been removed meanwhile; `others` can stand in for it then
    unlooked: the address that could not be looked up
    """
    fields = request.errand.last_known(ReferenceKind.FIELDS)
    looks_up = request.errand.credential is not None
    context = {
        "page": FormPage(request.account, form, BY_KEY, looks_up=looks_up, **shown),
        "form": form,
        "action": uuid4(),
        "key": key,
        "others": others,
        "unlooked": unlooked,
        "lists": {"fields": fields} if fields.fetched_at else {},
        **(_urls(request, key) if key else {}),
    }
    return render(request, "listbuilding/sign_up.html", context, status=status)


def _urls(request: AccountRequest, key: ListbuildingKey) -> dict[str, str]:
    where = {"team": request.team.slug, "account": request.account.slug, "key_id": key.pk}
    return {
        "field_url": reverse("tools_sign_up_field", kwargs=where),
        "fields_url": reverse("tools_sign_up_fields", kwargs=where),
    }


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
    logged = sign_up_outcome(request.account, action, new.subjects[0])
    contact = new.email or new.sms_number
    can_look_up = request.errand.credential is not None
    context |= {
        "heading": heading(request.account, logged, signed_up),
        "alert": signed_up and arrival_alert(key, contact, signed_up, can_look_up),
        "key": key,
        "contact": contact,
        "status": found and status_in_words(found.status),
        "logged": logged,
        "signed_up": signed_up,
        "origin": Origin.objects.filter(account=request.account, action=action).first(),
    }
    return render(request, "listbuilding/signed_up.html", context)


def _sent_before(request: AccountRequest, key: ListbuildingKey, sent: Submission) -> HttpResponse:
    """The same person twice is a double submit and ends on what came of the first."""
    outcome = sign_up_outcome(request.account, sent.action_id, sent.new.subjects[0])
    if outcome is None:
        failure = sent_before(request.account, sent.action_id)
        return _page(request, key, _typed(request), status=422, failure=failure)
    signed_up = None
    if outcome.is_done:
        signed_up = as_it_stands(request.errand, sent.new, look_afterwards(request.errand, sent.new.email))
    return _signed_up_page(request, key, sent.new, sent.action_id, signed_up, sent_before=True)
