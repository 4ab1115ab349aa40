import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import TeamRequest, is_fragment, part_of, sent_from, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.alike import tell_of_one
from integrations.audit.grouping import (
    PAGE_SIZE,
    in_short,
    with_entries,
)
from integrations.audit.links import Name, about
from integrations.audit.presentation import LoggedAction
from integrations.audit.query.asked import TIMES, Asked, changed, chosen, log_query, meant_by_number
from integrations.audit.query.called import ANY_NOT_WELL
from integrations.audit.query.conditions import ANY_KIND, Conditions, conditions
from integrations.audit.query.contacts import labels_of, names_asked, read
from integrations.audit.query.forms import Controls, LineForm
from integrations.audit.query.line import LONGEST_QUERY, TOO_LONG, Term, hides_reads
from integrations.audit.query.meant import entry_numbered, moment_meant, of_clients_numbered
from integrations.audit.query.participants import Participants
from integrations.audit.query.rows import Day, by_day, rows
from integrations.audit.query.saved import SaveSearchForm, may_delete, save, saved_searches
from integrations.audit.query.search import Found, beside, newer, search
from integrations.audit.retention import removed
from integrations.audit.retention.periods import periods_of
from integrations.audit.searches import note_search, note_vain_search
from integrations.audit.visibility import visible_entries

_PLACE = re.compile(r"[1-9][0-9]{0,17}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_MOST_REMOVALS = 4
_PRESETS = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "7d": _("7 days"),
    "30d": _("30 days"),
    "month": _("this month"),
}


@vary_on_headers("HX-Request")
@team_view(Capability.SEE_LOG)
def log(request: TeamRequest) -> HttpResponse:
    """The team's log, newest first, as actions in plain sentences. What is typed to find some is posted, and leads to
    an address that has contacts as hashes only. A control goes before the line where it was changed since the page was
    shown, else the line does."""
    if request.method != "POST":
        asked, place = Asked.of_page(request.GET, "before"), request.GET.get("before")
        if place is not None and not _PLACE.fullmatch(place) and not asked.mistakes:
            return redirect(f"{reverse('log', args=[request.team.slug])}?{asked.query}".rstrip("?"))
        return _log_page(request, asked, chosen(request.GET), line=request.GET.get("q") if asked.mistakes else None)
    shown = Asked.of_line(request.POST.get("shown", ""))
    typed = read(request.POST.get("line", ""), ",".join(shown.subjects), request.membership)
    if typed.sought:
        note_vain_search(Actor.of(request), request.team.pk, typed.sought)
    now = changed(request.POST, shown)
    asked = typed.asked.without(*now)
    from_controls = [Term(name, value) for name, value in now.items() if value]
    query = urlencode(({"q": asked.line} if asked.terms else {}) | {term.name: term.value for term in from_controls})
    if len(query) > LONGEST_QUERY and not asked.mistakes:
        asked = replace(asked, mistakes=(TOO_LONG,))
    if asked.mistakes or typed.missing:
        line = request.POST.get("line", "")
        before = asked.without("subject").and_also(term for term in shown.terms if term.name in {"subject", *now})
        asked = (asked.without("subject") if typed.missing else asked).and_also(from_controls)
        return _log_page(request, asked, from_controls, line=line, shown=before, missing=typed.missing)
    return redirect(f"{reverse('log', args=[request.team.slug])}?{query}".rstrip("?"))


def _log_page(
    request: TeamRequest,
    asked: Asked,
    from_controls: Sequence[Term],
    *,
    line: str | None = None,
    shown: Asked | None = None,
    missing: str = "",
) -> HttpResponse:
    """from_controls: what of it they say; what is wrong with that is told there
    line: as it was typed, where it is not what is asked
    shown: what the controls are compared with when they are sent, where that is not what is asked
    missing: the contact of which the log has nothing, as it was typed; then no entries are shown, and nothing that is
        offered leads to it
    """
    participants = Participants(request.membership)
    told = conditions(asked.terms, participants)
    mistakes = [*asked.mistakes, *told.mistakes]
    at_controls = {str(term) for term in from_controls if term in asked.mirrored.values()}
    before = request.GET.get("before", "")
    number = int(before) if _PLACE.fullmatch(before) else None
    found = Found([]) if missing or mistakes else search(request.team.pk, told, number, PAGE_SIZE)
    names = names_asked(asked, request.membership)
    actions = _actions(request, names, found)
    if asked.subjects and not mistakes:
        note_search(Actor.of(request), request.team.pk, asked.subjects, visible_entries(request.membership))
    by_qualifier, meant = asked.meant
    is_at_end = not (missing or mistakes or found.older)
    context = {
        "kept_months": periods_of(request.team.pk).months,
        "has_gaps": bool(removed.gaps(request.membership)),
        "removals": removed.removals(request.team.pk, _MOST_REMOVALS) if is_at_end else [],
        "asked": asked,
        "shown": (asked if shown is None else shown).line,
        "form": LineForm(
            asked.typed if line is None else line, [each for each in mistakes if each.part not in at_controls]
        ),
        "controls": Controls(asked, participants, [each for each in mistakes if each.part in at_controls]),
        "times": _times(asked),
        "not_well": _not_well(asked),
        "mistakes": mistakes,
        "missing": missing,
        "meant_by_number": [(str(term), log_query(("kind", ANY_KIND), term)) for term in meant_by_number(missing)],
        "entry_of_number": entry_numbered(missing, request.membership),
        "of_clients_numbered": of_clients_numbered(missing, request.membership),
        "searches": saved_searches(request.membership),
        "actions": actions,
        "hides_reads": hides_reads(asked.terms) and not missing and not mistakes,
        "meant": meant,
        "meant_moment": None if mistakes else moment_meant(asked.words, participants),
        "meant_query": by_qualifier.query,
        "with_reads": asked.and_also([Term("kind", ANY_KIND)]).query,
        "all_contacts": asked.without("subject").query,
        "about_query": asked.only("subject").query,
        "all_about": asked.only("subject").with_term("kind", ANY_KIND).query,
        "days": by_day(rows(actions, asked, participants, asks_for_calls=bool(told.entries))),
        "beside": _beside(request, asked, told, participants) if is_at_end and not found.lines else [],
        "about": labels_of(asked, names, request.membership),
        "may_export": request.membership.may(Capability.SEE_WHOLE_LOG),
        "found": found,
        "is_first_page": number is None,
        "can_be_sent_on": bool(settings.LOG_STREAM_HOSTS),
        "here": f"{asked.query}&before={number}".lstrip("&") if number else asked.query,
        "timeless": asked.without(*TIMES).query,
        "older": f"{asked.query}&before={found.older}".lstrip("&") if found.older else "",
    }
    template = "audit/log.html#entries" if is_fragment(request) else "audit/log.html"
    response = render(request, template, context, status=422 if mistakes else 200)
    if is_fragment(request) and request.method == "GET":
        push_url(response, f"{reverse('log', args=[request.team.slug])}?{asked.query}".rstrip("?"))
    return response


def _beside(request: TeamRequest, asked: Asked, told: Conditions, participants: Participants) -> list[Day]:
    """What was done next before and after a time in which nothing that is asked for was done."""
    timeless = asked.without(*TIMES)
    at_any_time = conditions(timeless.terms, participants)
    lines = beside(request.team.pk, told, at_any_time)
    actions = _actions(request, names_asked(asked, request.membership), Found(lines))
    return by_day(rows(actions, timeless, participants, asks_for_calls=bool(at_any_time.entries)))


def _actions(request: TeamRequest, names: Sequence[Name], found: Found) -> list[LoggedAction]:
    """What was found; where contacts with these names are asked for, each told by the calls about these alone."""
    visible = visible_entries(request.membership)
    if not names:
        return in_short(found.lines, visible)
    actions = with_entries([line.action for line in found.lines], about(visible, request.team.pk, names))
    tell_of_one(actions, [name.hash for name in names])
    return actions


def _times(asked: Asked) -> list[tuple[str | Promise, str, bool]]:
    """The times that are offered: name, the query that leads there, whether it is asked for."""
    now = {term.name: term.value for term in asked.terms if term.name in TIMES}
    offered: list[tuple[str | Promise, str, bool]] = []
    for value, label in _PRESETS.items():
        times = {"since": value} | ({"until": value} if value == "yesterday" else {})
        there = asked.without(*TIMES)
        for name, moment in times.items():
            there = there.with_term(name, moment)
        offered.append((label, there.query, now == times))
    return offered


def _not_well(asked: Asked) -> tuple[str, bool]:
    """The query that leads to what went wrong among what is asked for, or back, and whether it is asked for."""
    there = asked.with_term("outcome", ANY_NOT_WELL)
    return (asked.without("outcome").query, True) if set(there.terms) == set(asked.terms) else (there.query, False)


@team_view(Capability.SEE_LOG)
def log_searches(request: TeamRequest) -> HttpResponse:
    """The searches that the team keeps. Posted to, it keeps one more and leads to what that finds."""
    form = SaveSearchForm(request.membership, request.POST or None)
    if request.method == "POST" and form.is_valid():
        save(request.membership, form.cleaned_data["name"], form.cleaned_data["line"])
        messages.success(request, _("The search is saved for all in the team who see the log."))
        return redirect(f"{reverse('log', args=[request.team.slug])}?{urlencode({'q': form.cleaned_data['line']})}")
    searches = [(search, may_delete(request.membership, search)) for search in saved_searches(request.membership)]
    context = {"form": form, "searches": searches}
    return render(request, "audit/searches.html", context, status=422 if form.errors else 200)


@team_view(Capability.SEE_LOG)
@sent_from("log_searches")
def log_search_delete(request: TeamRequest, search_id: int) -> HttpResponse:
    search = get_object_or_404(saved_searches(request.membership), pk=search_id)
    if may_delete(request.membership, search):
        search.delete()
        messages.success(request, _("The search is deleted."))
    else:
        messages.error(request, _("Only who saved a search, and admins, can delete it."))
    return redirect("log_searches", team=request.team.slug)


@team_view(Capability.SEE_LOG)
@part_of("log")
def log_newer(request: TeamRequest) -> HttpResponse:
    """How many actions came since the page of the log was loaded that fits the same search."""
    asked = Asked.of(request.GET)
    after = request.GET.get("after", "")
    told = conditions(asked.terms, Participants(request.membership))
    if asked.mistakes or told.mistakes or not _NUMBER.fullmatch(after):
        return HttpResponse()
    count = newer(request.team.pk, told, int(after))
    return render(request, "audit/newer.html", {"count": count, "asked": asked, "after": after})
