from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import part_of
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.deadline import Deadline
from integrations.clients.explain import EXPLAINED, explain
from integrations.clients.models import ReferenceKind
from integrations.segments import services
from integrations.segments.building import Draft
from integrations.segments.building_page import MOST_NAMES, BuildingPage
from integrations.segments.fetching import TagsGone
from integrations.segments.forms import NAME_TAKEN, FiltersForm, NameForm
from integrations.segments.models import Segment, hashed
from integrations.segments.rows import shown_rows
from integrations.segments.rule import Rule, parse
from integrations.segments.services import ChangedMeanwhile, NameTaken, Shown
from integrations.segments.tag_names import TagNames
from integrations.segments.words import in_words, names_of, readable, told_without_time


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
def new_segment(request: AccountRequest) -> HttpResponse:
    """Build a rule and save it as a segment."""
    if request.method != "POST" and request.errand.credential is None:
        return render(request, "segments/not_connected.html")
    return _build(BuildingPage(request, None))


@vary_on_headers("HX-Request")
@account_view(Capability.CHANGE_CONTACTS)
def edit_segment(request: AccountRequest, segment_id: int) -> HttpResponse:
    """Change the rule or the name of a segment."""
    found = get_object_or_404(request.account.segments, pk=segment_id)
    try:
        return _build(BuildingPage(request, found))
    except Segment.DoesNotExist:  # somebody else has removed it meanwhile
        raise Http404 from None


@account_view(Capability.CHANGE_CONTACTS)
@part_of("segment_new")
def tag_names(request: AccountRequest) -> HttpResponse:
    """The names that a rule is built of, as KlickTipp has them now."""
    listing = request.errand.load(ReferenceKind.TAGS)
    offered = TagNames.of(request.errand).offered[:MOST_NAMES]
    context = {"offered": offered, "stale": listing.error and explain(listing.error)}
    return render(request, "segments/tag_names.html", context)


def _build(page: BuildingPage) -> HttpResponse:
    """What was pressed: a part of the rule is added or removed, its contacts are counted, or it is saved."""
    if page.request.method != "POST":
        return _opened(page)
    do = page.request.POST.get("do", "save")
    draft = Draft.sent(page.request.POST, page.tags)
    if draft.change(do, page.tags):
        return _rebuilt(page, draft)
    page.learn_names(draft)
    filters = FiltersForm(page.request.POST)
    rule = _rule(page, draft, filters)
    if do == "count":
        return page.show(draft, filters, page.name_form(), part="preview", **_preview(page, draft, rule))
    return _saved(page, draft, filters, rule)


def _opened(page: BuildingPage) -> HttpResponse:
    rule = readable(page.segment) if page.segment else None
    filters = FiltersForm(initial={"statuses": rule.statuses, "bounces": rule.bounces} if rule else {})
    is_unreadable = page.segment is not None and rule is None
    return page.show(Draft.of_rule(rule, page.tags), filters, page.name_form(), is_unreadable=is_unreadable)


def _rebuilt(page: BuildingPage, draft: Draft) -> HttpResponse:
    sent = page.request.POST
    filters = FiltersForm(initial={name: sent.getlist(name) for name in FiltersForm.base_fields})
    answer = page.show(draft, filters, page.name_form(), part="rule")
    answer["HX-Trigger-After-Settle"] = "rule-changed"
    return answer


def _rule(page: BuildingPage, draft: Draft, filters: FiltersForm) -> Rule | None:
    """The rule that was sent; None where the forms tell what is wrong."""
    group = draft.as_json(page.tags)
    return parse(group | filters.cleaned_data) if filters.is_valid() and group else None


def _preview(page: BuildingPage, draft: Draft, rule: Rule | None) -> dict[str, Any]:
    """How many contacts fit, and the newest of them, or what keeps one from knowing."""
    if rule is None:
        return {"to_correct": draft.all_errors()}
    errand, action, deadline = page.request.errand, uuid4(), Deadline()
    told: dict[str, Any] = {"words": in_words(rule, page.tags)}
    try:
        counted = services.count_rule(errand, rule, action, deadline)
    except TagsGone as error:
        return told | {"gone": names_of(error.tag_ids, rule)}
    except EXPLAINED as error:
        return told | {"failure": explain(error, action)}
    told["counted"] = counted
    if counted.without_time:
        told["without_time"] = told_without_time(counted.without_time)
    if first := counted.listed.open(1):
        told |= {"page": first} | shown_rows(lambda: services.read_first(errand, rule, counted, deadline))
    return told


def _saved(page: BuildingPage, draft: Draft, filters: FiltersForm, rule: Rule | None) -> HttpResponse:
    name = page.name_form(is_checked=True)
    if not name.is_valid() or rule is None:
        return page.show(draft, filters, name, status=422)
    request, typed = page.request, name.cleaned_data["name"]
    try:
        if page.segment is None:
            segment, is_changed = services.save(request.errand, typed, rule), True
        else:
            segment, shown = page.segment, Shown.from_text(request.POST.get("shown", ""))
            is_changed = services.change(request.errand, segment, typed, rule, shown)
    except NameTaken:
        name.add_error("name", NAME_TAKEN)
        return page.show(draft, filters, name, status=422)
    except ChangedMeanwhile as error:
        return _changed_meanwhile(page, draft, filters, rule, error.segment)
    if is_changed:
        messages.success(request, _("The segment %(segment)s has been saved.") % {"segment": typed})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("segment", team=request.team.slug, account=request.account.slug, segment_id=segment.pk)


def _changed_meanwhile(
    page: BuildingPage, draft: Draft, filters: FiltersForm, rule: Rule, now: Segment
) -> HttpResponse:
    """The form as it was typed, and where it was left alone as things stand now; it saves when it is sent once more."""
    shown = Shown.from_text(page.request.POST.get("shown", ""))
    account, typed = page.request.account, page.request.POST.get("name", "")
    page.segment = now
    kept = readable(now)
    if hashed(rule.as_json()) == shown.rule and kept:
        draft = Draft.of_rule(kept, page.tags)
        filters = FiltersForm(initial={"statuses": kept.statuses, "bounces": kept.bounces})
    name = NameForm(account=account, segment=now, typed=now.name if hashed(typed) == shown.name else typed)
    meanwhile = {"name": now.name, "words": kept and in_words(kept, page.tags)}
    return page.show(draft, filters, name, status=422, meanwhile=meanwhile)
