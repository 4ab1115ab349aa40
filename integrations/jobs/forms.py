from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from integrations.tags.forms import TaggingForm

MOST_CONTACTS: Final = 10_000
_TOO_MANY_TAGS = _(
    "These are %(number)s tags; a job removes at most %(most)s. Please begin one job for some of them, then another."
)


class ManyContactsForm(TaggingForm):
    """As many addresses as a person pastes, and the tags to set for them or to take from them in the background."""

    most_contacts, most_removals = MOST_CONTACTS, 5 * MOST_CONTACTS
    longest, most_read = 1_000_000, 2 * MOST_CONTACTS
    most_tags_removed = 10
    """KlickTipp removes one tag at a time, and a worker's turn ends only after the whole contact."""

    addresses = forms.CharField(
        label=_("Email addresses"),
        max_length=longest,
        help_text=_(
            "Up to 10,000, in any shape: one per line, with semicolons, with names, or copied from a table. Who is on "
            "the suppression list is left out."
        ),
        widget=forms.Textarea(
            attrs={"rows": 12, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Please give at least one email address."),
            "max_length": _("This is too long for 10,000 addresses. Please paste fewer at once."),
        },
    )

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.order_fields(["action", "addresses", "tags", "removes"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned["removes"] and len(cleaned.get("tags", ())) > self.most_tags_removed:
            most = {"number": len(cleaned["tags"]), "most": self.most_tags_removed}
            self.add_error("tags", ValidationError(_TOO_MANY_TAGS, params=most))
        return cleaned


class StepForm(forms.Form):
    """What a job is to do now."""

    step = forms.ChoiceField(choices=[(step, step) for step in ("pause", "go_on", "stop")])
