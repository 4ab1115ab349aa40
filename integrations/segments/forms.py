from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.texts import shortened
from accounts.validation import no_control_characters
from integrations.clients.models import ClientAccount
from integrations.contacts.browsing.services import WORDS
from integrations.contacts.fields.widgets import DayInput
from integrations.klicktipp import BOUNCE_STATUSES
from integrations.segments.models import Segment
from integrations.segments.rule import FIRST_DAY, LAST_DAY, MOST_DAYS, When
from integrations.segments.tag_names import TagNames

NAME_TAKEN = _("Another segment of this client has this name. Please choose a different one.")


class ConditionForm(forms.Form):
    """A condition of a rule: a tag by its name or ID, and when it was set."""

    lacks = forms.ChoiceField(label=_("Has it or not"), choices=[("", _("has")), ("1", _("has not"))], required=False)
    tag = forms.CharField(label=_("Tag"), required=False, validators=[no_control_characters])
    when = forms.ChoiceField(
        label=_("When it was set"),
        choices=[
            (When.EVER.value, _("at any time")),
            (When.SINCE.value, _("since")),
            (When.BEFORE.value, _("before")),
            (When.WITHIN.value, _("within the last")),
        ],
        required=False,
    )
    day = forms.DateField(
        label=_("Date"),
        widget=DayInput(),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        required=False,
    )
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MOST_DAYS, required=False)

    def __init__(
        self, data: Mapping[str, str] | None, prefix: str, tags: TagNames, typed: Mapping[str, str] | None = None
    ) -> None:
        """`typed` fills the form without checking it."""
        super().__init__(data, prefix=prefix, initial=typed)  # type: ignore[arg-type]
        self._tags = tags
        placeholder = _("Name of the tag") if tags.offered else _("Name or ID of the tag")
        self.fields["tag"].widget.attrs = {"list": "tag-names", "autocomplete": "off", "placeholder": placeholder}

    def clean_tag(self) -> int:
        typed = self.cleaned_data["tag"].strip()
        found = self._tags.find(typed)
        if found is None:
            told = _("There is no tag “%(tag)s”. Please choose one of the list.")
            raise ValidationError(told, params={"tag": shortened(typed, 60)})
        return found

    def clean(self) -> dict[str, Any]:
        """What the chosen time does not ask for may be anything."""
        cleaned = self.cleaned_data
        when = cleaned.get("when")
        asked = {When.SINCE: "day", When.BEFORE: "day", When.WITHIN: "days"}.get(When(when)) if when else None
        for name in {"day", "days"} - {asked}:
            self.errors.pop(name, None)
        if asked and asked not in self.errors and not cleaned.get(asked):
            self.add_error(
                asked, _("Please give the date.") if asked == "day" else _("Please give the number of days.")
            )
        return cleaned

    def as_json(self) -> dict[str, Any]:
        """The condition as `rule.parse` reads it."""
        cleaned = self.cleaned_data
        told: dict[str, Any] = {"tag": cleaned["tag"], "name": self._tags.name(cleaned["tag"])}
        if cleaned["lacks"]:
            told["lacks"] = True
        if when := cleaned["when"]:
            told[when] = cleaned["days"] if when == When.WITHIN else cleaned["day"].isoformat()
        return told


class FiltersForm(forms.Form):
    """Statuses and bounce statuses; none ticked is any."""

    statuses = forms.MultipleChoiceField(label=_("Status"), widget=forms.CheckboxSelectMultiple, required=False)
    bounces = forms.MultipleChoiceField(label=_("Bounce"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, data: QueryDict | None = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        for name, known in (("statuses", _STATUSES), ("bounces", BOUNCE_STATUSES)):
            choices = [(choice, capfirst(gettext(WORDS[choice]))) for choice in known]
            self.fields[name].choices = choices  # type: ignore[attr-defined]


_STATUSES = ("subscribed", "pending", "unsubscribed")
"""The library's `STATUSES`, the usual one first."""


class NameForm(forms.Form):
    """What a segment is to be called, as no other one of its client account."""

    name = forms.CharField(
        label=_("Name of the segment"), max_length=Segment.LONGEST_NAME, validators=[no_control_characters]
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        account: ClientAccount,
        segment: Segment | None = None,
        typed: str | None = None,
    ) -> None:
        """`typed` fills the form without checking it."""
        super().__init__(data, initial={"name": typed if typed is not None else segment and segment.name})
        self._others = account.segments.exclude(pk=segment.pk if segment else 0)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self._others.filter(name__iexact=name).exists():
            raise ValidationError(NAME_TAKEN)
        return name


class ToClientForm(forms.Form):
    """To which other client account a segment is to be copied."""

    client = forms.ChoiceField(label=_("To which client"))

    def __init__(self, data: QueryDict | None, *, clients: Iterable[ClientAccount]) -> None:
        super().__init__(data)
        self.fields["client"].choices = [(account.slug, account.name) for account in clients]  # type: ignore[attr-defined]


class CopyForm(NameForm):
    """How the copy is called, and whether the tags that are missing shall be created for it."""

    creates = forms.BooleanField(
        label=_("Create the missing tags there"),
        error_messages={"required": _("Without these tags the segment would be another one.")},
    )

    def __init__(self, data: QueryDict | None, *, account: ClientAccount, name: str, creates: bool) -> None:
        super().__init__(data, account=account, typed=name)
        if not creates:
            del self.fields["creates"]
