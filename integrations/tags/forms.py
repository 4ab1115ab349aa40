from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.texts import shortened
from accounts.validation import no_control_characters_in_lines
from integrations.addresses import UMLAUT, email_address
from integrations.audit.forms import ActionField
from integrations.clients.errand import Errand
from integrations.clients.forms import TypedNameField
from integrations.clients.signed import Signed
from integrations.klicktipp import Tag
from integrations.tags.addresses import LONGEST_TEXT, MOST_READ, Pasted, read
from integrations.tags.picker import TagNameField, TagsField, Typed
from integrations.tags.search import same_name
from integrations.tags.tagging import MOST_CONTACTS, MOST_REMOVALS, Tagging

_LONGEST_DESCRIPTION = 2_000
_LONGEST_LIST = 50_000
_MOST_WRONG_SHOWN = 5
_TOO_MANY_REMOVALS = _(
    "KlickTipp removes one tag from one contact at a time. This would take %(number)s calls; at most %(most)s go at "
    "once."
)
NAME_EXISTS = _("There is a tag of this name already. Please choose another name.")
_SAME_NAME = _("There is the tag “%(tag)s” already: use it? To KlickTipp both names are the same.")


def sign(errand: Errand, tag: Tag) -> str:
    """How a tag was when its form was shown, to come back with the form: so that only what the person changed is
    sent, and nobody can make the log tell of another tag."""
    return Signed(errand, f"tag {tag.id}").dumps(asdict(tag))


def shown_tag(errand: Errand, tag_id: int, data: QueryDict) -> Tag | None:
    """The tag as its form showed it; None if the form does not say so."""
    shown = Signed(errand, f"tag {tag_id}").loads(data.get("shown", ""))
    return Tag(**shown) if shown else None


class _LinesField(forms.CharField):
    """A text of several lines, with line breaks as KlickTipp has them; browsers send two characters."""

    def to_python(self, value: Any) -> str:
        return _lines(super().to_python(value) or "")


class TagForm(forms.Form):
    """Name and description of a tag. What is left as it was shown is not checked.

    same: ID and name of the tag that the account has already where only case or the composition of letters differ
    """

    same: tuple[int, str] | None = None

    action = ActionField()
    name = TagNameField(label=_("Name"))
    description = _LinesField(
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
        others = {tag_id: name.strip() for tag_id, name in names.items() if not tag or tag_id != str(tag.id)}
        self._taken = {same_name(name): (int(tag_id), name) for tag_id, name in others.items()}
        for name, before in (("name", tag.name), ("description", tag.text)) if tag else ():
            if self._typed(name) == _lines(before).strip():
                self.fields[name].validators = []

    def _typed(self, name: str) -> str:
        return _lines(str(self[name].value() or "")).strip()

    def typed_name(self) -> str:
        """The name as it would be sent, whether it can be or not."""
        return self._typed("name")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        is_changed = self._tag is None or name != self._tag.name.strip()
        if is_changed and (taken := self._taken.get(same_name(name))):
            if taken[1] == name:
                raise ValidationError(NAME_EXISTS)
            self.same = taken
            raise ValidationError(_SAME_NAME, params={"tag": taken[1]})
        return name

    def changes(self, tag: Tag) -> tuple[str | None, str | None]:
        """The new name and description of `tag`; None for what stays as it was shown."""
        name, text = self.cleaned_data["name"], self.cleaned_data["description"]
        return (None if name == tag.name.strip() else name, None if text == _lines(tag.text).strip() else text)


class DeleteTagForm(forms.Form):
    """The name of a tag, typed to confirm that it shall go."""

    action = ActionField()

    def __init__(self, data: QueryDict | None = None, *, tag: Tag) -> None:
        super().__init__(data)
        self.fields["typed_name"] = TypedNameField(tag.name, label=_("Name of the tag"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class TaggingForm(forms.Form):
    """Addresses in any shape, and the tags to set for these contacts or to take from them.

    most_contacts, most_removals: that it takes at once; longest, most_read: of what was pasted, see `addresses.read`
    """

    most_contacts, most_removals = MOST_CONTACTS, MOST_REMOVALS
    longest, most_read = LONGEST_TEXT, MOST_READ

    action = ActionField()
    addresses = forms.CharField(
        label=_("Email addresses"),
        max_length=_LONGEST_LIST,
        help_text=_(
            "Up to 50, in any shape: one per line, with semicolons, with names, or copied from a table. KlickTipp "
            "tags by email address only, so contacts that have just an SMS number cannot be tagged here."
        ),
        widget=forms.Textarea(
            attrs={"rows": 8, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Please give at least one email address."),
            "max_length": _("This is too long for 50 addresses. Please paste fewer at once."),
        },
    )
    tags = TagsField(label=_("Tags"))
    removes = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None, address: str = "") -> None:
        """`typed` fills the form without checking it; `address` is a contact to begin with."""
        initial: dict[str, Any] = {"addresses": address}
        if typed is not None:
            initial |= {name: typed[name] for name in ("addresses", "removes") if name in typed}
            initial["tags"] = Typed.of(typed, "tags")
        super().__init__(data, initial=initial)

    @cached_property
    def pasted(self) -> Pasted:
        """What the field's text, right or wrong, is understood as."""
        return read(str(self["addresses"].value() or ""), self.longest, self.most_read)

    def clean_addresses(self) -> tuple[str, ...]:
        pasted = self.pasted
        if not pasted.is_whole:
            raise ValidationError(self.fields["addresses"].error_messages["max_length"])
        if pasted.wrong:
            nothing_sent = _("Nothing was sent.")
            raise ValidationError(f"{wrong_addresses(pasted.wrong)} {nothing_sent}")
        if not pasted.addresses:
            raise ValidationError(self.fields["addresses"].error_messages["required"])
        if len(pasted.addresses) > self.most_contacts:
            raise ValidationError(
                _("These are %(number)s addresses; at most %(most)s can be tagged here at once."),
                params={"number": len(pasted.addresses), "most": self.most_contacts},
            )
        return pasted.addresses

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not cleaned["removes"] or "tags" not in cleaned:
            return cleaned
        if cleaned["tags"].new:
            self.add_error("tags", _("A new tag is on no contact yet, so it cannot be removed."))
            return cleaned
        calls = len(cleaned.get("addresses", ())) * len(cleaned["tags"])
        if calls > self.most_removals:
            most = {"number": calls, "most": self.most_removals}
            self.add_error("tags", ValidationError(_TOO_MANY_REMOVALS, params=most))
        return cleaned

    def tagging(self) -> Tagging:
        cleaned = self.cleaned_data
        return Tagging(cleaned["addresses"], cleaned["tags"].ids, cleaned["tags"].new, cleaned["removes"])


def wrong_addresses(wrong: Sequence[str]) -> str:
    """What of a pasted text cannot be an address, as far as it fits into a message."""
    shown = ", ".join(str(_("“%(text)s”")) % {"text": shortened(text, 60)} for text in wrong[:_MOST_WRONG_SHOWN])
    more = len(wrong) - _MOST_WRONG_SHOWN
    if more > 0:
        told = _("These email addresses cannot be right: %(texts)s and %(more)s more.") % {"texts": shown, "more": more}
    else:
        told = ngettext(
            "This email address cannot be right: %(texts)s.",
            "These email addresses cannot be right: %(texts)s.",
            len(wrong),
        ) % {"texts": shown}
    return told + _umlaut_in(wrong[:_MOST_WRONG_SHOWN])


def _umlaut_in(wrong: Sequence[str]) -> str:
    """What KlickTipp wants to have of addresses, where one has an umlaut before the @; with a blank in front."""
    for text in wrong:
        try:
            email_address(text)
        except ValidationError as error:
            if error.code == UMLAUT:
                return f" {error.messages[0]}"
    return ""


def suppressed_addresses(addresses: Sequence[str]) -> str:
    """Who of a pasted list must not be tagged."""
    return ngettext(
        "This address is on the suppression list: %(addresses)s. Please leave it out.",
        "These addresses are on the suppression list: %(addresses)s. Please leave them out.",
        len(addresses),
    ) % {"addresses": ", ".join(addresses)}
