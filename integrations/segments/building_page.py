"""The page on which a rule is built, as its views show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import is_fragment
from integrations.clients.access import AccountRequest
from integrations.clients.models import ReferenceKind
from integrations.segments.building import Draft
from integrations.segments.forms import FiltersForm, NameForm
from integrations.segments.models import Segment
from integrations.segments.services import Shown
from integrations.segments.tag_names import TagNames
from integrations.tags.picker import FRESH, list_to_search

MOST_NAMES: Final = 2_000
"""Of the tags that the page offers; others can be typed."""


@dataclass
class BuildingPage:
    """segment: the one that is changed; None builds a new one."""

    request: AccountRequest
    segment: Segment | None
    tags: TagNames = field(init=False)

    def __post_init__(self) -> None:
        self.tags = TagNames.of(self.request.errand)

    def learn_names(self, draft: Draft) -> None:
        """Load the tags anew where a name was typed that none of them has, unless that was done lately."""
        if any(self.tags.find(name) is None for name in draft.typed_tags()):
            list_to_search(self.request.errand)
            self.tags = TagNames.of(self.request.errand)

    def name_form(self, *, is_checked: bool = False) -> NameForm:
        """With the name that was sent, or that the segment has."""
        account, segment, sent = self.request.account, self.segment, self.request.POST
        if is_checked:
            return NameForm(sent, account=account, segment=segment)
        return NameForm(account=account, segment=segment, typed=sent.get("name"))

    def show(
        self,
        draft: Draft,
        filters: FiltersForm,
        name: NameForm,
        *,
        part: str = "",
        status: int = 200,
        **further: Any,
    ) -> HttpResponse:
        """The page; where htmx asks for it, this part alone."""
        fetched_at = self.request.errand.last_known(ReferenceKind.TAGS).fetched_at
        is_fresh = fetched_at is not None and fetched_at > timezone.now() - FRESH
        context = {
            "segment": self.segment,
            "shown": self.segment and Shown.of(self.segment).as_text(),
            "draft": draft,
            "filters": filters,
            "name": name,
            "offered": self.tags.offered[:MOST_NAMES],
            "loads_names": self.request.method != "POST" and not is_fresh,
            **further,
        }
        template = f"segments/builder.html#{part}" if part and is_fragment(self.request) else "segments/builder.html"
        return render(self.request, template, context, status=status)
