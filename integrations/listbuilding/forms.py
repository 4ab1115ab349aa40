from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.audit.forms import ActionField
from integrations.clients.keys.forms import SecretKeyField
from integrations.contacts.subjects import ContactEmailField

LABEL_TAKEN = _("Another listbuilding key of this client has this label. Please choose a different one.")


class LabelForm(forms.Form):
    """What a listbuilding key is called here."""

    label = forms.CharField(
        label=_("Label"),
        max_length=100,
        help_text=_("How it is called in this portal, for example by the website that uses the key."),
        validators=[no_control_characters],
    )


class NewKeyForm(LabelForm):
    key = SecretKeyField(
        label=_("Listbuilding key"),
        help_text=_("The owner of the KlickTipp account finds it there under Listbuilding."),
    )


class EmailForm(forms.Form):
    """The email address of a contact for whom a listbuilding key is used."""

    action = ActionField()
    email = ContactEmailField()

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None) -> None:
        """`typed` fills the form without checking it yet, for another action."""
        initial: dict[str, Any] = {"email": typed.get("email", "")} if typed is not None else {}
        super().__init__(data, initial=initial | {"action": uuid4()})

    @property
    def action_id(self) -> UUID:
        action: UUID = self.cleaned_data["action"]
        return action


class UnsubscribeForm(EmailForm):
    """`sure` says that the person has been asked whether the contact shall be unsubscribed; who has not been finds the
    offer of the suppression list ticked."""

    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    never_again = forms.BooleanField(
        label=_("Put the email address on the suppression list: this portal neither adds nor tags it any more."),
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None) -> None:
        if data is not None and "sure" not in data:
            data = data.copy()
            data["never_again"] = "on"
        super().__init__(data, typed=typed)
