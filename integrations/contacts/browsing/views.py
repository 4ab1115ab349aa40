import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import is_fragment, part_of, sent_from
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, explain
from integrations.clients.known_first import asks_to_load
from integrations.clients.models import ReferenceKind
from integrations.contacts.browsing.counting import count_contacts
from integrations.contacts.browsing.forms import BrowseForm
from integrations.contacts.browsing.rows import ShownRow, Summary
from integrations.contacts.browsing.services import WORDS, Row, Selection, kept_list, load_list, read_rows
from integrations.tags import smarttags

_PAGE = re.compile(r"[1-9][0-9]{0,6}")


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def browse(request: AccountRequest) -> HttpResponse:
    """The contacts of the client account by status and bounce, page by page, out of the list that is kept.

    Where none is, the page comes at once and then asks for it; `load` asks for a newer one. It comes with empty rows,
    which `rows` fills; with `rows=all` it waits for list and rows.
    """
    if credential_for(request.account, request.user.pk) is None:
        return render(request, "contacts/not_connected.html")
    tags = [*request.errand.last_known(ReferenceKind.TAGS).items, *smarttags.named(request.errand)]
    form = BrowseForm(request.GET, tags)
    if not form.is_valid():
        return _browse_page(request, {"form": form}, status=422)
    selection = form.selection()
    number, handle = _number(request.GET.get("page", "")), request.GET.get("list", "")
    complete = {"rows": "all"} if "rows" in request.GET else {}
    listed = None if asks_to_load(request) else kept_list(request.errand, selection)
    if listed is None:
        if not (handle or complete or asks_to_load(request) or is_fragment(request)):
            return _browse_page(request, {"form": form, "is_loading": True, "again": _query(selection)})
        action = uuid4()
        try:
            listed = load_list(request.errand, selection, number, action)
        except EXPLAINED as error:
            failure = explain(error, action)
            context = {"form": form, "failure": failure, "again": _query(selection)}
            return _browse_page(request, context, status=422)
    if not handle:
        return redirect(f"{request.path}?{_query(selection, list=listed.handle, page=number, **complete)}")
    page = listed.open(number)
    context = {
        "form": form,
        "selection": selection,
        "listed": listed,
        "is_another": listed.handle != handle,
        "page": page,
        "rows": [{"id": str(contact_id)} for contact_id in page],
        "here": _query(selection, list=listed.handle, **complete),
        "again": _query(selection, list=listed.handle, page=page.number, **complete),
        "fresh": _query(selection, load="now"),
    }
    if complete:
        context |= _complete(selection, read_rows(request.errand, selection, listed, page))
    return _browse_page(request, context)


@account_view(Capability.SEE_CLIENTS)
@sent_from("contact_browse")
def rows(request: AccountRequest) -> HttpResponseBase:
    """The rows of a page, each sent as soon as its contact is read, in a `<template>` that `arriving.js` puts in place;
    in the end what is to say of all."""
    form = BrowseForm(request.POST)
    selection = form.selection() if form.is_valid() else Selection()
    listed = kept_list(request.errand, selection)
    if listed is None or listed.handle != request.POST.get("list"):
        return render(request, "contacts/browsing/end.html", {"is_over": True, "again": _query(selection)})
    page = listed.open(request.POST.get("page"))
    found = read_rows(request.errand, selection, listed, page)
    again = _query(selection, list=listed.handle, page=page.number)
    try:
        first = list(islice(found, 1))
    except EXPLAINED as error:
        return render(request, "contacts/browsing/end.html", {"failure": explain(error), "again": again})
    response = StreamingHttpResponse(_arriving(request, selection, first, found, again))
    response["X-Accel-Buffering"] = "no"  # a proxy in front shall not wait for the end
    return response


@account_view(Capability.SEE_CLIENTS)
@part_of("client")
def counts(request: AccountRequest) -> HttpResponse:
    """How many contacts the client has by status, for its overview."""
    action = uuid4()
    try:
        counted_at, counted = count_contacts(request.errand, action)
    except EXPLAINED as error:
        return render(request, "contacts/browsing/counts.html", {"failure": explain(error, action)})
    told = [(status, _(WORDS[status]), number) for status, number in counted.items()]
    return render(request, "contacts/browsing/counts.html", {"counts": told, "counted_at": counted_at})


def _arriving(
    request: AccountRequest,
    selection: Selection,
    first: Iterable[Row],
    further: Generator[Row, None, None],
    again: str,
) -> Iterator[str]:
    summary = Summary()
    with closing(further):
        for row in map(summary.note, chain(first, further)):
            context = {"row": ShownRow(row, selection.tag_id), "again": again, "request": request}
            shown = render_to_string("contacts/browsing/row.html", context)
            yield f"<template data-arrived>{shown}</template>"
    yield render_to_string("contacts/browsing/end.html", {"summary": summary, "again": again, "request": request})


def _complete(selection: Selection, found: Iterable[Row]) -> dict[str, Any]:
    """The rows in their order, and what is to say of all."""
    summary = Summary()
    try:
        read = sorted(map(summary.note, found), key=lambda row: int(row.id), reverse=True)
    except EXPLAINED as error:
        return {"failure": explain(error)}
    return {"rows": [ShownRow(row, selection.tag_id) for row in read], "summary": summary, "is_complete": True}


def _browse_page(request: AccountRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    template = "contacts/browsing/browse.html#found" if is_fragment(request) else "contacts/browsing/browse.html"
    return render(request, template, context, status=status)


def _number(typed: str) -> int:
    return int(typed) if _PAGE.fullmatch(typed) else 1


def _query(selection: Selection, **further: object) -> str:
    """The query of a link to these contacts."""
    tag = {"tag": selection.tag_id} if selection.tag_id else {}
    return urlencode({"status": selection.status, "bounce": selection.bounce, **tag, **further})
