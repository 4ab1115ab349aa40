import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.vary import vary_on_headers

from accounts.access import TeamRequest, is_fragment, team_view
from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.filters import LogFilter, kept_filters
from integrations.audit.forms import AboutContactForm
from integrations.audit.models import AuditEntry
from integrations.audit.presentation import LoggedCall, in_short, page_of_lines, subjects, tell_people, with_entries
from integrations.audit.reading import known_among
from integrations.audit.subjects import search_hashes
from integrations.audit.visibility import visible_accounts, visible_entries

_NUMBER = re.compile(r"[0-9]{1,18}")


@vary_on_headers("HX-Request")
@team_view(Capability.SEE_LOG)
def log(request: TeamRequest) -> HttpResponse:
    """The team's log, newest first, as actions in plain sentences. Posted to, it leads to what is about a contact."""
    if request.method == "POST":
        return _find_contact(request)
    return _log_page(request, request.GET, AboutContactForm())


def _find_contact(request: TeamRequest) -> HttpResponse:
    """What was typed stays in the form: the URL that it leads to has the contact's hashes, and the other filters."""
    asked = kept_filters(QueryDict(request.POST.get("filters", "")))
    form = AboutContactForm(request.POST, countries=_countries(request.membership, asked.get("client", "")))
    if not form.is_valid():
        return _log_page(request, asked, form, status=422)
    asked.pop("about", None)
    contacts, visible = form.cleaned_data["contact"], visible_entries(request.membership)
    hashes = [hashed for contact in contacts for hashed in search_hashes(contact, request.team.pk)]
    known = known_among(visible, request.team.pk, hashes)
    if contacts[0].is_key and not known:
        form.add_error("contact", form.fields["contact"].error_messages["unrecognised"])
        return _log_page(request, asked, form, status=422)
    if not known:
        return _log_page(request, asked, form, missing=form.as_read())
    if len(contacts) > 1:
        hashes = known
    asked["about"] = ",".join(hashes)
    return redirect(f"{reverse('log', args=[request.team.slug])}?{asked.urlencode()}")


def _countries(membership: Membership, client_id: str) -> list[str]:
    """Those in which a phone number without country code may be dialled: the filtered client's, else all clients'."""
    country_by_id = {str(account.pk): account.phone_country for account in visible_accounts(membership)}
    return [country_by_id[client_id]] if client_id in country_by_id else sorted(set(country_by_id.values()))


def _log_page(
    request: TeamRequest, asked: QueryDict, form: AboutContactForm, status: int = 200, missing: str = ""
) -> HttpResponse:
    """asked: the filters, and the number `before` which the page begins
    missing: the contact of which the log has nothing, as it was typed; then no entries are shown
    """
    filters = LogFilter(asked, request.membership)
    before = asked.get("before", "")
    number = int(before) if _NUMBER.fullmatch(before) else None
    lines, next_before = ([], None) if missing else page_of_lines(filters.qs, number)
    actions = in_short(lines, visible_entries(request.membership))
    tell_people(actions)
    kept = kept_filters(asked)
    contact = kept.get("about", "")
    others = kept.copy()
    others.pop("about", None)
    context = {
        "filters": filters,
        "form": form,
        "missing": missing,
        "actions": actions,
        "is_filtered": bool(kept),
        "is_about": bool(contact),
        "about": filters.contact_labels() if contact else [],
        "others": others.urlencode(),
        "all_about": urlencode({"about": contact, "reads": "on"}) if contact and set(others) != {"reads"} else "",
        "is_first_page": number is None,
        "here": asked.urlencode(),
        "newest": kept.urlencode(),
        "older": f"{kept.urlencode()}&before={next_before}".lstrip("&") if next_before else "",
    }
    template = "audit/log.html#entries" if is_fragment(request) else "audit/log.html"
    return render(request, template, context, status=status)


@team_view(Capability.SEE_LOG)
def entry(request: TeamRequest, number: int) -> HttpResponse:
    """One action with its calls, the entry of this number marked."""
    visible = visible_entries(request.membership)
    found = get_object_or_404(visible, number=number)
    (action,) = with_entries([found.action], visible)
    tell_people([action])
    context = {
        "entry": found,
        "call": LoggedCall(found),
        "action": action,
        "subjects": subjects(action),
        "account": _account_to_see(request, found),
    }
    return render(request, "audit/entry.html", context)


def _account_to_see(request: TeamRequest, entry: AuditEntry) -> Any:
    """The client account of an entry, if it is still there and this member may see its pages."""
    if entry.account_id is None or not request.membership.may(Capability.SEE_CLIENTS):
        return None
    return visible_accounts(request.membership).filter(pk=entry.account_id).first()


@team_view(Capability.SEE_LOG)
def action(request: TeamRequest, action: UUID) -> HttpResponse:
    """The way from a form to its action's last entry."""
    last = visible_entries(request.membership).filter(action=action).order_by("-number").first()
    if last is None:
        raise Http404
    return redirect("log_entry", team=request.team.slug, number=last.number)
