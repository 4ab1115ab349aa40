from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import is_fragment, sent_from
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, explain
from integrations.segments import services
from integrations.segments.fetching import TagsGone
from integrations.segments.growth import growth_of
from integrations.segments.listing import listed_segments
from integrations.segments.models import Segment
from integrations.segments.rows import shown_rows
from integrations.segments.rule import Rule
from integrations.segments.tag_names import TagNames
from integrations.segments.words import in_words, names_of, readable, told_without_time

PAGE_SIZE = 50


@account_view(Capability.SEE_CLIENTS)
def segments(request: AccountRequest) -> HttpResponse:
    """The segments of the client account, by name, each with the last number of its contacts."""
    page = Paginator(listed_segments(request.account), PAGE_SIZE).get_page(request.GET.get("page"))
    tags = TagNames.of(request.errand)
    rows = [(segment, rule and in_words(rule, tags)) for segment in page for rule in [readable(segment)]]
    return render(request, "segments/segments.html", {"page": page, "rows": rows})


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def segment(request: AccountRequest, segment_id: int) -> HttpResponse:
    """A segment: its rule in words, how it grew, and its contacts, as they were counted last in this visit.

    The page comes with empty rows, which it then asks for itself; with `rows=all` it waits for them.
    """
    found = get_object_or_404(request.account.segments, pk=segment_id)
    return _segment_page(request, found, readable(found))


@account_view(Capability.SEE_CLIENTS)
@sent_from("segment")
def count(request: AccountRequest, segment_id: int) -> HttpResponse:
    """Count the contacts of a segment, and show them."""
    found = get_object_or_404(request.account.segments, pk=segment_id)
    rule = readable(found)
    if rule is None:
        return redirect("segment", team=request.team.slug, account=request.account.slug, segment_id=found.pk)
    action = uuid4()
    try:
        counted = services.count_segment(request.errand, found, rule, action)
    except TagsGone as error:
        return _segment_page(request, found, rule, {"gone": names_of(error.tag_ids, rule)}, status=422)
    except EXPLAINED as error:
        return _segment_page(request, found, rule, {"failure": explain(error, action)}, status=422)
    if counted.without_time:
        messages.warning(request, told_without_time(counted.without_time))
    return redirect("segment", team=request.team.slug, account=request.account.slug, segment_id=found.pk)


@account_view(Capability.CHANGE_CONTACTS)
def remove_segment(request: AccountRequest, segment_id: int) -> HttpResponse:
    """Remove a segment, once that is confirmed."""
    found = get_object_or_404(request.account.segments, pk=segment_id)
    if request.method == "POST":
        services.remove(found, request.errand.actor)
        messages.success(request, _("The segment %(segment)s has been removed.") % {"segment": found})
        return redirect("segments", team=request.team.slug, account=request.account.slug)
    rule = readable(found)
    words = rule and in_words(rule, TagNames.of(request.errand))
    return render(request, "segments/remove.html", {"segment": found, "words": words})


def _segment_page(
    request: AccountRequest, found: Segment, rule: Rule | None, further: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    listed = services.kept_members(request.errand, found, rule) if rule else None
    context: dict[str, Any] = {
        "segment": found,
        "words": rule and in_words(rule, TagNames.of(request.errand)),
        "growth": growth_of(found),
        "listed": listed,
        **(further or {}),
    }
    if listed:
        page = listed.open(request.GET.get("page"))
        again = urlencode({"segment": found.pk, "page": page.number})
        context |= {"page": page, "again": again, "rows": [{"id": str(contact_id)} for contact_id in page]}
        if page and (is_fragment(request) or "rows" in request.GET):
            context |= shown_rows(lambda: services.read_members(request.errand, found, listed, page, page.number))
    template = "segments/segment.html#members" if is_fragment(request) else "segments/segment.html"
    return render(request, template, context, status=status)
