from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters_in_lines
from integrations.clients.forms import TagNameField, TypedNameField
from integrations.clients.models import ClientAccount
from integrations.klicktipp import Tag

_LONGEST_DESCRIPTION = 10_000
NAME_EXISTS = _("There is a tag of this name already. Please choose another name.")


def sign(account: ClientAccount, tag: Tag) -> str:
    """How a tag was when its form was shown, to come back with the form: so that only what the person changed is
    sent, and nobody can make the log tell of another tag."""
    return signing.dumps(asdict(tag), salt=_salt(account, tag.id), compress=True)


def shown_tag(account: ClientAccount, tag_id: int, data: QueryDict) -> Tag | None:
    """The tag as its form showed it; None if the form does not say so."""
    try:
        return Tag(**signing.loads(data.get("shown", ""), salt=_salt(account, tag_id)))
    except signing.BadSignature:
        return None


def _salt(account: ClientAccount, tag_id: int) -> str:
    return f"integrations.tags {account.pk} {tag_id}"


class TagForm(forms.Form):
    """Name and description of a tag."""

    action = forms.UUIDField(widget=forms.HiddenInput)
    name = TagNameField(label=_("Name"))
    description = forms.CharField(
        label=_("Description"),
        max_length=_LONGEST_DESCRIPTION,
        required=False,
        help_text=_("What the tag is for, and what it starts."),
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[no_control_characters_in_lines],
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        names: Mapping[str, str],
        tag: Tag | None = None,
        typed: QueryDict | None = None,
    ) -> None:
        """`names` are the account's tags by id, `tag` is the one to change; `typed` fills the form without checking
        it."""
        initial: dict[str, Any] = {"name": tag.name, "description": tag.text} if tag else {}
        if typed is not None:
            initial |= {name: typed[name] for name in ("name", "description") if name in typed}
        super().__init__(data, initial=initial)
        self._tag = tag
        self._taken = {name.strip().casefold() for tag_id, name in names.items() if not tag or tag_id != str(tag.id)}

    def typed_name(self) -> str:
        """The name as it would be sent, whether it can be or not."""
        return str(self["name"].value() or "").strip()

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        is_changed = self._tag is None or name != self._tag.name.strip()
        if is_changed and name.casefold() in self._taken:
            raise ValidationError(NAME_EXISTS)
        return name

    def clean_description(self) -> str:
        return _lines(self.cleaned_data["description"])

    def changes(self, tag: Tag) -> tuple[str | None, str | None]:
        """The new name and description of `tag`; None for what stays as it was shown."""
        name, text = self.cleaned_data["name"], self.cleaned_data["description"]
        return (None if name == tag.name.strip() else name, None if text == _lines(tag.text).strip() else text)


class DeleteTagForm(forms.Form):
    """The name of a tag, typed to confirm that it shall go."""

    action = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, tag: Tag) -> None:
        super().__init__(data)
        self.fields["typed_name"] = TypedNameField(tag.name, label=_("Name of the tag"))


def _lines(text: str) -> str:
    """The text with line breaks as KlickTipp has them; browsers send two characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
