from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from accounts.access import TeamRequest, team_view
from accounts.exports import export
from accounts.roles import Capability
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.allowed import scrub
from integrations.audit.export import csv as as_csv
from integrations.audit.export import jsonl, ocsf
from integrations.audit.export.proved import Prover
from integrations.audit.export.rows import batches, last_number, pages
from integrations.audit.export.sentences import EXPORTED
from integrations.audit.models import AuditEntry
from integrations.audit.presentation import LoggedAction, LoggedCall
from integrations.audit.proof.access import listed_log
from integrations.audit.query.asked import Asked
from integrations.audit.query.conditions import ANY_KIND, Conditions, conditions
from integrations.audit.query.contacts import labels_of, names_asked
from integrations.audit.query.forms import Controls
from integrations.audit.query.line import Term, written
from integrations.audit.query.participants import NO_CLIENT, Participants
from integrations.audit.recorder import Scope
from integrations.audit.visibility import visible_entries

Lines = Callable[[Iterable[list[AuditEntry]]], Iterator[str]]

_TYPED_FREELY: Final = ("", "ref")
_PROVED: Final = {"word": gettext_noop("JSON Lines with proofs")}
_PROVED_ENDING: Final = "proved.jsonl"
_MOST_PRINTED: Final = 2_000


@team_view(Capability.SEE_WHOLE_LOG)
@export
def csv(request: TeamRequest) -> HttpResponseBase:
    """What a search of the log finds, for spreadsheets."""
    lines = partial(as_csv.lines, language=translation.get_language())
    return _file(request, "CSV", lines, "text/csv; charset=utf-8", "csv")


@team_view(Capability.SEE_WHOLE_LOG)
@export
def json_lines(request: TeamRequest) -> HttpResponseBase:
    """What a search of the log finds, as it was recorded."""
    return _file(request, "JSON Lines", jsonl.lines, "application/x-ndjson", "jsonl")


@team_view(Capability.SEE_WHOLE_LOG)
@export
def ocsf_events(request: TeamRequest) -> HttpResponseBase:
    """What a search of the log finds, as events of OCSF."""
    return _file(request, f"OCSF {ocsf.VERSION}", ocsf.lines, "application/x-ndjson", "ocsf.jsonl")


@team_view(Capability.SEE_WHOLE_LOG)
@export
def proved(request: TeamRequest) -> HttpResponseBase:
    """What a search of the log finds, as it was signed, each entry with its proof."""
    return _file(request, _PROVED, _prover(request).lines, "application/x-ndjson", _PROVED_ENDING)


@team_view(Capability.SEE_WHOLE_LOG)
@export
def proved_log(request: TeamRequest, log: int) -> HttpResponseBase:
    """All entries of one log with their proofs, which show together that none was left out."""
    listed = listed_log(request.membership, log)
    prover, account_id = _prover(request), listed.log.account_id or None
    told = written([Term("client", f"#{account_id}" if account_id else NO_CLIENT), Term("kind", ANY_KIND)])
    through = last_number(request.team.pk)
    events.record(EXPORTED, Actor.of(request), Scope(request.team.pk), format=_PROVED, search=told, through=through)
    entries = AuditEntry.objects.filter(team_id=request.team.pk, account_id=account_id, number__lte=through)
    return _sent(request, prover.lines(pages(entries)), "application/x-ndjson", _PROVED_ENDING)


def _prover(request: TeamRequest) -> Prover:
    """Made before it is known which entries there are, so that no checkpoint is over any that come later."""
    return Prover(request.membership, last_number(request.team.pk))


@team_view(Capability.SEE_WHOLE_LOG)
@export
def report(request: TeamRequest) -> HttpResponseBase:
    """What a search of the log finds, as a page to print; of many entries the first ones."""
    asked, told = _asked(request)
    if told.mistakes:
        return _back(request)
    found = _exported(request, asked, told, {"word": gettext_noop("a report")})
    participants, names = Participants(request.membership), names_asked(asked, request.membership)
    in_words = Controls(asked, participants).in_words()
    if names:
        in_words.append((gettext("About"), ", ".join(labels_of(asked, names, request.membership))))
    entries = list(islice(chain.from_iterable(found), _MOST_PRINTED + 1))
    shown = [(entry, LoggedAction([entry]), LoggedCall(entry)) for entry in entries[:_MOST_PRINTED]]
    context = {"asked": asked, "in_words": in_words, "told": shown, "has_more": len(entries) > _MOST_PRINTED}
    return render(request, "audit/export/report.html", context)


def _file(
    request: TeamRequest, name: str | dict[str, str], lines: Lines, content_type: str, ending: str
) -> HttpResponseBase:
    asked, told = _asked(request)
    if told.mistakes:
        return _back(request)
    found = _exported(request, asked, told, name)
    return _sent(request, lines(found), content_type, ending)


def _sent(request: TeamRequest, lines: Iterator[str], content_type: str, ending: str) -> HttpResponseBase:
    response = StreamingHttpResponse(lines, content_type=content_type)
    day = timezone.localtime().strftime("%Y-%m-%d-%H%M")
    response["Content-Disposition"] = f'attachment; filename="log-{request.team.slug}-{day}.{ending}"'
    return response


def _asked(request: TeamRequest) -> tuple[Asked, Conditions]:
    """What is asked for, with all mistakes in it."""
    asked = Asked.of_page(request.GET)
    told = conditions(asked.terms, Participants(request.membership))
    told.mistakes = [*asked.mistakes, *told.mistakes]
    return asked, told


def _back(request: TeamRequest) -> HttpResponse:
    """To the log's page, which says what is wrong."""
    return redirect(f"{reverse('log', args=[request.team.slug])}?{request.GET.urlencode()}")


def _exported(
    request: TeamRequest, asked: Asked, told: Conditions, name: str | dict[str, str]
) -> Iterator[list[AuditEntry]]:
    """The entries to hand over, once the log says that they are."""
    through = last_number(request.team.pk)
    kept = (replace(term, value=scrub(term.value)) if term.name in _TYPED_FREELY else term for term in asked.terms)
    search = written(kept) or {"word": gettext_noop("Changes, and what went wrong")}
    parameters: dict[str, Any] = {"format": name, "search": search, "through": through}
    events.record(EXPORTED, Actor.of(request), Scope(request.team.pk), **parameters)
    return batches(request.team.pk, told, visible_entries(request.membership), through)
