"""The tag picker: tags chosen by name from the last known list, and new ones that are created with the form.

A form has `tags = TagsField(label=…)`, its page `{% load tagpicker %}{% tag_picker form.tags find_url=… %}`. What
answers at `find_url`, where browsers without JavaScript find tags, shows the form as typed, unchecked, with
`list_to_search`. The form's service gets the IDs of all from `tags.services.ids_of`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.texts import shortened
from accounts.validation import no_control_characters
from integrations.clients.errand import Errand
from integrations.clients.lists import Listing, last_known
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.tags.search import find_tags, same_name

MOST_TAGS = 50
MOST_OFFERED = 30
_MOST_SENT = 4 * MOST_TAGS
_LONGEST_SENT = 5_000
"""More than any form can keep, so that what is cut is refused all the same."""
FRESH = timedelta(minutes=10)
"""How long a search without JavaScript goes on in the list that is known."""

_ID = re.compile(r"[0-9]{1,15}")
_LONGEST_NAME = 250
_NOT_CHOSEN = _("“%(text)s” was typed but not chosen. Please choose or create the tag, or empty the field.")


@dataclass(frozen=True)
class PickedTags:
    """IDs of chosen tags, and the names of new ones, no two of which are the same for KlickTipp."""

    ids: tuple[int, ...] = ()
    new: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids) + len(self.new)


@dataclass(frozen=True)
class Typed:
    """What a picker's page sends, unchecked: IDs, names of new tags, and text that was neither chosen nor searched.

    `names` are those of the chosen tags by ID as the page showed them, for tags that are in no list any more.
    """

    ids: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    search: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: QueryDict, name: str) -> Typed:
        """IDs are ticked in a list, or typed with commas between them where there is none."""
        typed = (part for text in data.getlist(name) for part in re.split(r"[\s,;]+", text[:_LONGEST_SENT]) if part)
        ids = tuple(islice(typed, _MOST_SENT))
        shown = {tag_id: data.get(f"{name}_name_{tag_id}", "")[:_LONGEST_NAME] for tag_id in ids}
        new = tuple(text[:_LONGEST_SENT] for text in data.getlist(f"{name}_new")[:_MOST_SENT] if text)
        return cls(tuple(dict.fromkeys(ids)), new, data.get(f"{name}_find", "")[:_LONGEST_SENT].strip(), shown)


class TagPickerWidget(forms.Widget):
    """Reads what the page sends; `{% tag_picker %}` writes the page, which takes more than a widget knows."""

    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed:
        return Typed.of(cast(QueryDict, data), name)


class TagsField(forms.Field):
    """Tags to choose or to create; cleaned they are `PickedTags`. Its initial value is IDs, or a `Typed`."""

    widget = TagPickerWidget

    def clean(self, value: Typed) -> PickedTags:
        if not all(_ID.fullmatch(part) for part in value.ids):
            raise ValidationError(_("Please give the IDs of tags as numbers, with commas between them."))
        new: dict[str, str] = {}
        for name in map(TagNameField().clean, value.new):
            new.setdefault(same_name(name), name)
        picked = PickedTags(tuple(dict.fromkeys(map(int, value.ids))), tuple(new.values()))
        if value.search:
            raise ValidationError(_NOT_CHOSEN, params={"text": shortened(value.search, 60)})
        if len(picked) > MOST_TAGS:
            raise ValidationError(_("At most %(most)s tags at once, please."), params={"most": MOST_TAGS})
        if self.required and not picked:
            raise ValidationError(_("Please choose at least one tag."))
        return picked


@dataclass(frozen=True)
class Choice:
    """A tag as the page names it. `value` is its ID or, of a new one, its name; one that is gone is no longer in
    KlickTipp."""

    value: str
    name: str
    is_new: bool = False
    is_gone: bool = False


@dataclass(frozen=True)
class Picker:
    """What the page shows of a picker: the chosen tags, and those that the list offers for the `search`."""

    name: str
    listing: Listing
    typed: Typed

    @property
    def is_plain(self) -> bool:
        """Whether there is no list to choose from, so that IDs have to be typed."""
        return self.listing.fetched_at is None

    @property
    def search(self) -> str:
        return self.typed.search

    @cached_property
    def chosen(self) -> list[Choice]:
        """Chosen tags, then new ones. A new one whose name a tag has is that tag, whatever its case."""
        chosen = {tag_id: self._by_id(tag_id) for tag_id in self.typed.ids}
        for name in self.typed.new:
            same = self._named.get(same_name(name))
            chosen |= {same.value: same} if same else {f"new {same_name(name)}": Choice(name, name, is_new=True)}
        return list(chosen.values())

    @cached_property
    def found(self) -> list[Choice]:
        """The tags that fit the search and are not chosen yet, that of just this name first."""
        chosen = set(self.chosen)
        fitting = (_choice(item) for item in find_tags(self.listing.items, self.search))
        return sorted((choice for choice in fitting if choice not in chosen), key=lambda choice: choice != self.exact)

    @property
    def offered(self) -> list[Choice]:
        return self.found[:MOST_OFFERED]

    @cached_property
    def exact(self) -> Choice | None:
        """The tag that has just the name searched for, see `same_name`."""
        return self._named.get(same_name(self.search))

    @property
    def to_create(self) -> Choice | None:
        """The name searched for as a new tag, where no tag has it and one can have it."""
        if not self.search or self.exact or len(self.search) > _LONGEST_NAME or self.search.isdecimal():
            return None
        return Choice(self.search, self.search, is_new=True)

    @property
    def gone(self) -> list[Choice]:
        return [choice for choice in self.chosen if choice.is_gone]

    @cached_property
    def _named(self) -> dict[str, Choice]:
        return {same_name(item["name"]): _choice(item) for item in reversed(self.listing.items) if item["name"].strip()}

    @cached_property
    def _by_value(self) -> dict[str, Choice]:
        return {choice.value: choice for choice in map(_choice, self.listing.items)}

    def _by_id(self, tag_id: str) -> Choice:
        unlisted = Choice(tag_id, self.typed.names.get(tag_id) or tag_id, is_gone=not self.is_plain)
        return self._by_value.get(tag_id, unlisted)


def _choice(item: Mapping[str, Any]) -> Choice:
    return Choice(str(item["id"]), str(item["name"] or item["id"]))


def picker_of(bound: forms.BoundField, listing: Listing) -> Picker:
    """The picker of a form's field, as it was typed or begins."""
    value = bound.value()
    typed = value if isinstance(value, Typed) else Typed(tuple(str(tag_id) for tag_id in value or ()))
    return Picker(bound.html_name, listing, typed)


def list_to_search(errand: Errand) -> Listing:
    """The list of tags for such a search: the last known one, loaded again where it is not quite fresh."""
    known = errand.last_known(ReferenceKind.TAGS)
    if known.fetched_at and known.fetched_at > timezone.now() - FRESH:
        return known
    return errand.load(ReferenceKind.TAGS)


def missing_tags(account: ClientAccount, typed: Typed) -> list[str]:
    """The names of the chosen tags that the last known list does not have."""
    return [choice.name for choice in Picker("", last_known(account, ReferenceKind.TAGS), typed).gone]


def _no_digits_only(name: str) -> None:
    if name.strip().isdecimal():
        raise ValidationError(_("A tag's name cannot consist of digits only."))


class TagNameField(forms.CharField):
    """The name of a tag, without the blanks around it; blanks alone are no name."""

    def __init__(self, **options: Any) -> None:
        validators = [no_control_characters, _no_digits_only]
        super().__init__(max_length=_LONGEST_NAME, strip=False, validators=validators, **options)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if typed and not typed.strip():
            raise forms.ValidationError(_("A tag's name cannot consist of blanks only."))
        return typed.strip()
