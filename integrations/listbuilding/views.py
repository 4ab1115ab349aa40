from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import SubjectKind
from integrations.audit.once import has_done
from integrations.audit.subjects import Subject
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, Explanation, explain, sent_before
from integrations.clients.models import ClientAccount
from integrations.contacts.changing.page import STATUS
from integrations.contacts.showing.contact import ShownContact
from integrations.contacts.showing.way_back import contact_url
from integrations.klicktipp import Problem, Rejected
from integrations.listbuilding import keys, services
from integrations.listbuilding.afterwards import Afterwards, can_look_up, look_afterwards
from integrations.listbuilding.errors import LabelTaken, StoredBefore
from integrations.listbuilding.forms import LABEL_TAKEN, EmailForm, LabelForm, NewKeyForm, UnsubscribeForm
from integrations.listbuilding.key_page import of_a_key, to_keys, with_hint
from integrations.listbuilding.models import ListbuildingKey
from integrations.operations import message_of
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress

_ABOUT_THE_ADDRESS = {
    Problem.CONTACT_NOT_SUBSCRIBED,
    Problem.EMAIL_NOT_FOUND,
    Problem.INVALID_EMAIL,
    Problem.SUBSCRIPTION_NOT_FOUND,
}


@account_view(Capability.SEE_CLIENTS)
def keys_page(request: AccountRequest) -> HttpResponse:
    """The client's listbuilding keys, and what can be done with each."""
    stored = request.account.listbuilding_keys.select_related("stored_by")
    return render(request, "listbuilding/keys.html", {"keys": stored})


@account_view(Capability.MANAGE_CLIENTS)
def new_key(request: AccountRequest) -> HttpResponse:
    """Store a listbuilding key."""
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"]
        try:
            keys.add_key(request.errand, label, form.cleaned_data["key"])
        except LabelTaken:
            form.add_error("label", LABEL_TAKEN)
        except StoredBefore as error:
            form.add_error("key", _stored_before(request, error.key))
        else:
            messages.success(request, _("The listbuilding key “%(label)s” is stored.") % {"label": label})
            return to_keys(request)
    return render(request, "listbuilding/key_new.html", {"form": form}, status=422 if form.errors else 200)


def _label_page(
    request: AccountRequest, key: ListbuildingKey | None, form: LabelForm, status: int = 200
) -> HttpResponse:
    return render(request, "listbuilding/key_rename.html", {"form": form, "key": key}, status=status)


def _label_without_the_key(request: AccountRequest) -> HttpResponse:
    """The label as it was typed, of a key that is not there any more."""
    return _label_page(request, None, LabelForm(initial={"label": request.POST.get("label", "")}), status=404)


@account_view(Capability.MANAGE_CLIENTS)
@of_a_key(gone=_label_without_the_key)
def rename_key(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """Give a listbuilding key another label."""
    form = LabelForm(request.POST or None, initial={"label": key.label})
    if request.method == "POST" and form.is_valid():
        try:
            keys.rename_key(key, form.cleaned_data["label"], request.errand.actor)
        except LabelTaken:
            form.add_error("label", LABEL_TAKEN)
        except ListbuildingKey.DoesNotExist:
            return _label_without_the_key(request)
        else:
            messages.success(request, _("Saved."))
            return to_keys(request)
    return _label_page(request, key, form, status=422 if form.errors else 200)


@account_view(Capability.MANAGE_CLIENTS)
@of_a_key()
def remove_key(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """Forget a listbuilding key, after asking once."""
    if request.method == "POST":
        keys.remove_key(key, request.errand.actor)
        messages.success(request, _("The listbuilding key “%(label)s” is removed from this portal.") % {"label": key})
        return to_keys(request)
    return render(request, "listbuilding/key_remove.html", {"key": key})


def _without_the_key(template: str) -> Callable[[AccountRequest], HttpResponse]:
    """The form as it was typed, of a key that is not there any more."""

    def gone(request: AccountRequest) -> HttpResponse:
        return _address_page(request, template, None, EmailForm(typed=request.POST), status=404)

    return gone


@account_view(Capability.CHANGE_CONTACTS)
@of_a_key(gone=_without_the_key("listbuilding/remove_tag.html"))
def remove_tag(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """Take the tag of a listbuilding key from a contact."""
    if request.method != "POST":
        return _address_page(request, "listbuilding/remove_tag.html", key, EmailForm())
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _address_page(request, "listbuilding/remove_tag.html", key, form, status=422)
    email, action = form.cleaned_data["email"], form.action_id
    try:
        afterwards = services.remove_tag(request.errand, key, email, action)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "signout", Subject(SubjectKind.EMAIL, email)):
            form = EmailForm(typed=request.POST)
            failure = sent_before(request.account, action)
            return _address_page(request, "listbuilding/remove_tag.html", key, form, failure, status=422)
        afterwards = look_afterwards(request.errand, email)
    except EXPLAINED as error:
        failure = _at_the_address(form, error, action)
        return _address_page(request, "listbuilding/remove_tag.html", key, form, failure, status=422)
    if afterwards.is_missing:
        messages.warning(request, _missing(key, email))
    else:
        text = _("KlickTipp has taken the tag of the listbuilding key “%(key)s” from %(contact)s.")
        messages.success(request, text % {"contact": email, "key": key})
    return to_keys(request)


@account_view(Capability.CHANGE_CONTACTS)
@of_a_key(gone=_without_the_key("listbuilding/unsubscribe.html"))
def unsubscribe(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """Unsubscribe a contact with a listbuilding key, after asking once. What is asked stays after a refusal, from where
    the address can be changed too."""
    if request.method != "POST":
        return _address_page(request, "listbuilding/unsubscribe.html", key, UnsubscribeForm())
    form = UnsubscribeForm(request.POST)
    if not form.is_valid():
        return _address_page(request, "listbuilding/unsubscribe.html", key, form, status=422)
    email, action, never_again = form.cleaned_data["email"], form.action_id, form.cleaned_data["never_again"]
    if not form.cleaned_data["sure"]:
        return _sure_page(request, key, form, action)
    try:
        afterwards = services.unsubscribe(request.errand, key, email, action, never_again=never_again)
    except AlreadyStarted:
        if not has_done(request.account.scope, action, "signoff", Subject(SubjectKind.EMAIL, email)):
            form = UnsubscribeForm(typed=request.POST)
            failure = sent_before(request.account, action)
            return _address_page(request, "listbuilding/unsubscribe.html", key, form, failure, status=422)
        if never_again:
            suppress(request.errand, [Subject(SubjectKind.EMAIL, email)], Reason.UNSUBSCRIBED)
        afterwards = look_afterwards(request.errand, email)
    except EXPLAINED as error:
        return _sure_page(request, key, form, uuid4(), with_hint(error, explain(error, action)))
    return _unsubscribed(request, key, email, never_again, afterwards)


@account_view(Capability.CHANGE_CONTACTS)
@of_a_key(gone=_without_the_key("listbuilding/unsubscribe.html"))
def change_address(request: AccountRequest, key: ListbuildingKey) -> HttpResponse:
    """Back from what is asked to the address, to unsubscribe another."""
    typed = request.POST if request.method == "POST" else None
    return _address_page(request, "listbuilding/unsubscribe.html", key, UnsubscribeForm(typed=typed))


def _stored_before(request: AccountRequest, key: ListbuildingKey) -> str:
    """Where a key is stored that was to be stored again. Another client is named to those who see it."""
    if key.account == request.account:
        return _("This key is stored already, as “%(label)s”.") % {"label": key}
    if ClientAccount.objects.visible_to(request.membership).filter(pk=key.account_id).exists():
        return _(
            "This key is stored already for the client %(client)s, as “%(label)s”. A listbuilding key belongs to one "
            "KlickTipp account: please copy the key from the account of this client."
        ) % {"client": key.account, "label": key}
    return _(
        "This key is stored already for another client of your team. A listbuilding key belongs to one KlickTipp "
        "account: please copy the key from the account of this client."
    )


def _sure_page(
    request: AccountRequest,
    key: ListbuildingKey,
    form: UnsubscribeForm,
    action: UUID,
    failure: Explanation | None = None,
) -> HttpResponse:
    """Asks whether the contact shall be unsubscribed; with `failure` once more, as it has not or may not have
    happened."""
    if failure and failure.may_have_happened and form.cleaned_data["never_again"]:
        listed = _("The suppression list has the address in any case.")
        failure = replace(failure, next_step=f"{failure.next_step} {listed}")
    looks_up = can_look_up(request.errand, form.cleaned_data["email"])
    context = {"key": key, "form": form, "action": action, "failure": failure, "looks_up": looks_up}
    return render(request, "listbuilding/unsubscribe_sure.html", context, status=422 if failure else 200)


def _unsubscribed(
    request: AccountRequest, key: ListbuildingKey, email: str, never_again: bool, afterwards: Afterwards
) -> HttpResponse:
    """The contact's page, which shows how it stands with both channels; the list of keys where that is not known."""
    named = {"contact": email, "client": request.account, "key": key}
    listed = _("The suppression list has the address in any case.") if never_again else ""
    found = afterwards.contact
    if afterwards.is_missing:
        messages.warning(request, f"{_missing(key, email)} {listed}".strip())
    elif found and ShownContact(found, {}, {}).may_be_unsubscribed:
        text = _(
            "KlickTipp has accepted this, but %(contact)s is still subscribed to %(client)s: the listbuilding key "
            "“%(key)s” probably belongs to another KlickTipp account. Please unsubscribe the contact here."
        )
        messages.warning(request, f"{text % named} {listed}".strip())
    else:
        text = _("%(contact)s has been unsubscribed.")
        if never_again:
            text = _("%(contact)s has been unsubscribed and is on the suppression list.")
        unknown = _("KlickTipp does not say whether this ends SMS messages too: please look the contact up.")
        messages.success(request, text % named if found else f"{text % named} {unknown}")
    if not found:
        return to_keys(request)
    return redirect(contact_url(request, found.id, at=STATUS))


def _missing(key: ListbuildingKey, email: str) -> str:
    """KlickTipp knows the contact by this key, but the client's account has none with this address."""
    return _(
        "KlickTipp has accepted this, but %(client)s has no contact %(contact)s: the listbuilding key “%(key)s” "
        "probably belongs to another KlickTipp account."
    ) % {"contact": email, "client": key.account, "key": key}


def _address_page(
    request: AccountRequest,
    template: str,
    key: ListbuildingKey | None,
    form: EmailForm,
    failure: Explanation | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"key": key, "form": form, "failure": failure, "action": uuid4()}
    return render(request, template, context, status=status)


def _at_the_address(form: EmailForm, error: Exception, action: UUID) -> Explanation:
    """What stood in the way; what is about the address is told there, and the page points to it."""
    explanation = with_hint(error, explain(error, action))
    if isinstance(error, Rejected) and error.problem in _ABOUT_THE_ADDRESS:
        form.add_error("email", message_of(error.operation, error.problem).sentences())
        return replace(
            explanation,
            what=_("KlickTipp refused this; nothing was changed."),
            next_step=_("What is wrong stands at the marked field."),
        )
    return explanation
