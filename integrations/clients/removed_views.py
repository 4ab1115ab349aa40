"""What is kept of client accounts that were removed, for those who answer for the team's log."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import TeamRequest, team_view
from accounts.exports import export
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.export.csv import BYTE_ORDER_MARK, safe, written
from integrations.audit.retention.periods import periods_of
from integrations.clients import removed
from integrations.clients.models import KeptKind


@team_view(Capability.MANAGE_LOG)
def removed_clients(request: TeamRequest) -> HttpResponse:
    """The client accounts that were removed, and until when what is kept of them."""
    periods = periods_of(request.team.pk)
    kept = [(client, removed.kept_until(client, periods)) for client in removed.removed_clients(request.team.pk)]
    return render(request, "clients/removed.html", {"kept": kept})


@team_view(Capability.MANAGE_LOG)
@export
def removed_client_table(request: TeamRequest, removed_id: int, kept_kind: str) -> StreamingHttpResponse:
    """What is kept of one, of a kind, as CSV."""
    if kept_kind not in KeptKind.values:
        raise Http404
    client, kind = get_object_or_404(removed.removed_clients(request.team.pk), pk=removed_id), KeptKind(kept_kind)
    lines = _lines(removed.COLUMNS[kind], removed.export(client, kind, Actor.of(request)))
    name = f"{request.team.slug}-{client.account_id}-{kind}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _lines(columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + written([columns])
    for row in rows:
        yield written([[safe(row.get(column, "")) for column in columns]])
