from collections.abc import Collection
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import sent_from
from accounts.roles import Capability
from accounts.texts import shortened
from integrations.audit.errors import AlreadyStarted
from integrations.audit.reading import calls_of
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.lists import Listing
from integrations.ids import CONTACT_ID, CONTACT_KEY
from integrations.suppression.errors import Suppressed
from integrations.tags.addresses import Pasted, read
from integrations.tags.forms import TaggingForm, suppressed_addresses, wrong_addresses
from integrations.tags.picker import list_to_search
from integrations.tags.tagging import MOST_CONTACTS, address_of, suppressed_among, tag_contacts
from integrations.tags.tagging_outcome import TaggingOutcome, tagging_outcome

_SUPPRESSED: Final = "suppressed"
"""What the button leaves out that leaves out who is on the suppression list."""
_MOST_SHOWN: Final = 200
_LONGEST_SHOWN: Final = 60


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
def tagging(request: AccountRequest) -> HttpResponse:
    """Tag contacts by their addresses, or take tags from them. The page of the result is the answer to the form, as
    nothing but the form knows the addresses; opened anew, the result names them as the log does."""
    if request.method != "POST":
        if credential_for(request.account, request.user.pk) is None:
            return render(request, "tags/tagging_not_connected.html")
        return _opened(request)
    form = TaggingForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    action: UUID = form.cleaned_data["action"]
    tagging = form.tagging()
    try:
        tag_contacts(request.errand, tagging, action)
    except AlreadyStarted:
        pass  # what came of the first submit is the answer to the second, too
    except Suppressed as error:
        on_the_list = {subject.value for subject in error.found}
        found = [address for address in tagging.addresses if address in on_the_list]
        form.add_error("addresses", suppressed_addresses(found))
        failure = replace(
            explain(error, action),
            what=_("Somebody here is on the suppression list, so nothing was sent."),
            next_step=_("What is wrong stands at the marked field."),
        )
        understood = _understood(form.pasted, suppressed=len(found))
        return _form_page(request, form, failure, understood=understood, status=422)
    except EXPLAINED as error:
        return _form_page(request, TaggingForm(typed=request.POST), explain(error, action), status=422)
    outcome = tagging_outcome(request.account, action, tagging)
    if outcome is None:
        return _form_page(request, TaggingForm(typed=request.POST), _sent_before(request, action), status=422)
    response = _result_page(request, outcome, form=form, pasted=form.pasted)
    response["HX-Push-Url"] = _result_url(request, action)
    return response


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("tagging")
def count_addresses(request: AccountRequest) -> HttpResponse:
    """How many addresses were understood of what was typed so far, and who of them must not be tagged."""
    context = {
        "understood": _understood_here(request, read(request.POST.get("addresses", ""))),
        "tells_campaigns": not request.POST.get("removes"),
    }
    return render(request, "tags/tagging.html#understood", context)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("tagging")
def try_again(request: AccountRequest) -> HttpResponse:
    """The form filled with those of its contacts that are to be tried again."""
    return _form_page(request, TaggingForm(typed=request.POST))


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("tagging")
def leave_out(request: AccountRequest) -> HttpResponse:
    """The form as it was typed, but for the addresses that are on the suppression list, or those that cannot be right,
    whichever its button means. A list that is too long to be read whole stays as it is."""
    form = TaggingForm(typed=request.POST)
    pasted = form.pasted
    if not pasted.is_whole:
        return _form_page(request, form)
    without: Collection[str] = pasted.wrong
    if is_suppressed := request.POST.get("leave_out") == _SUPPRESSED:
        without = suppressed_among(request.account, pasted.addresses[:MOST_CONTACTS])
    rest = pasted.without(without)
    typed = request.POST.copy()
    typed["addresses"] = "\n".join((*rest.addresses, *rest.wrong))
    understood = _understood_here(request, rest)
    left_out = _listed(without) | {"is_suppressed": is_suppressed}
    left_out |= {"repeated": pasted.repeated, "unused": _listed(pasted.unused)}
    return _form_page(request, TaggingForm(typed=typed), understood=understood, left_out=left_out)


@account_view(Capability.CHANGE_CONTACTS)
@sent_from("tagging")
def find_tags(request: AccountRequest) -> HttpResponse:
    """The form as it was typed, with the tags that were looked for; for browsers without JavaScript."""
    listing = list_to_search(request.errand)
    return _form_page(request, TaggingForm(typed=request.POST), tags_found=listing)


@account_view(Capability.CHANGE_CONTACTS)
def result(request: AccountRequest, tagged: UUID) -> HttpResponse:
    """What came of the tagging of this action, as the log knows it."""
    outcome = tagging_outcome(request.account, tagged)
    if outcome is None:
        raise Http404
    return _result_page(request, outcome)


def _opened(request: AccountRequest) -> HttpResponse:
    """The form, for a contact whose ID or key the link has, and with the tags that it has."""
    contact_id = request.GET.get("contact", "")
    address, failure = "", None
    if CONTACT_ID.fullmatch(contact_id) or CONTACT_KEY.fullmatch(contact_id):
        action = uuid4()
        try:
            address = address_of(request.errand, contact_id, action)
        except EXPLAINED as error:
            failure = explain(error, action)
        else:
            failure = None if address else _without_address(action)
    typed = request.GET.copy()
    typed.pop("addresses", None)
    form = TaggingForm(typed=typed, address=address)
    return _form_page(request, form, failure)


def _refused(request: AccountRequest, form: TaggingForm) -> HttpResponse:
    """The form with what is wrong in it; where addresses are broken also who of the others must not be tagged."""
    suppressed: list[str] = []
    if "addresses" in form.errors and not form.cleaned_data.get("removes") and form.pasted.is_whole:
        suppressed = suppressed_among(request.account, form.pasted.addresses[:MOST_CONTACTS])
    if suppressed:
        form.add_error("addresses", suppressed_addresses(suppressed))
    return _form_page(request, form, understood=_understood(form.pasted, len(suppressed)), status=422)


def _form_page(
    request: AccountRequest,
    form: TaggingForm,
    failure: Explanation | None = None,
    *,
    tags_found: Listing | None = None,
    understood: dict[str, Any] | None = None,
    left_out: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form, and what there is to say of its addresses: how they are `understood`, where that is not only by what
    stands in the field, and what has been `left_out` of them."""
    context: dict[str, Any] = {
        "form": form,
        "failure": failure,
        "tags_found": tags_found,
        "understood": understood or _understood(form.pasted),
        "left_out": left_out,
        "action": uuid4(),
    }
    return render(request, "tags/tagging.html", context, status=status)


def _understood_here(request: AccountRequest, pasted: Pasted) -> dict[str, Any]:
    """What a text is understood as, with who of it is on the client's suppression list, unless tags are removed."""
    is_checked = pasted.is_whole and not request.POST.get("removes")
    found = suppressed_among(request.account, pasted.addresses[:MOST_CONTACTS]) if is_checked else []
    return _understood(pasted, len(found)) | {"suppressed": suppressed_addresses(found) if found else ""}


def _understood(pasted: Pasted, suppressed: int = 0) -> dict[str, Any]:
    """What a text is understood as, for the page to say, and what it offers to leave out, with the number of
    addresses."""
    broken = len(pasted.wrong) if pasted.is_whole else 0
    return {
        "number": len(pasted.addresses),
        "repeated": pasted.repeated,
        "unused": _listed(pasted.unused),
        "wrong": wrong_addresses(pasted.wrong) if pasted.wrong else "",
        "too_many": len(pasted.addresses) > MOST_CONTACTS or not pasted.is_whole,
        "leave_out": [(what, number) for what, number in (("wrong", broken), (_SUPPRESSED, suppressed)) if number],
    }


def _listed(items: Collection[str]) -> dict[str, Any]:
    """As much of a list as a page shows of it."""
    shown = [shortened(item, _LONGEST_SHOWN) for item in islice(items, _MOST_SHOWN)]
    return {"number": len(items), "shown": shown, "more": len(items) - len(shown)}


def _result_page(
    request: AccountRequest, outcome: TaggingOutcome, form: TaggingForm | None = None, pasted: Pasted | None = None
) -> HttpResponse:
    context = {
        "tagging": outcome,
        "heading": outcome.heading(request.account),
        "form": form,
        "repeated": pasted.repeated if pasted else 0,
        "unused": _listed(pasted.unused if pasted else ()),
        "result_url": _result_url(request, outcome.action),
    }
    return render(request, "tags/tagged.html", context)


def _result_url(request: AccountRequest, action: UUID) -> str:
    where = {"team": request.team.slug, "account": request.account.slug, "tagged": action}
    return reverse("tagging_result", kwargs=where)


def _without_address(action: UUID) -> Explanation:
    return Explanation(
        _("This contact has no email address."),
        _("KlickTipp tags by email address only: please tag it in KlickTipp itself."),
        action=action,
    )


def _sent_before(request: AccountRequest, action: UUID) -> Explanation:
    return Explanation(
        _("This form was sent before, so nothing was sent this time."),
        _("Please check the entries and send it again."),
        action=action if calls_of(request.account.scope, action) else None,
    )
