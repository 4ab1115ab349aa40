"""Where a team wants its log to be sent to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.audit.stream.models import DEFAULT_PORTS, Destination, Way
from integrations.audit.stream.services import Chosen

_LONGEST_TOKEN = 2000
_PAST, _NEW = "past", "new"
_NO_TOKEN = _("Please enter the token of this host.")


class DestinationForm(forms.Form):
    """`stored` is the present destination, whose token stays where none is typed and the host is the same: another host
    must not be shown it."""

    way = forms.ChoiceField(label=_("Sent by"), choices=Way.choices, widget=forms.RadioSelect, initial=Way.HTTPS)
    address = forms.CharField(
        label=_("Address"),
        max_length=Destination.LONGEST_TARGET,
        validators=[no_control_characters],
        help_text=_(
            "For HTTPS as in https://logs.example.com/path, for syslog host and port as in logs.example.com:6514."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", "inputmode": "url"}
        ),
    )
    token = forms.CharField(
        label=_("Token, for HTTPS"),
        max_length=_LONGEST_TOKEN,
        help_text=_(
            "The host gives it to you and recognises the portal by it. It is stored encrypted and never shown again."
        ),
        error_messages={"required": _NO_TOKEN},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    begin = forms.ChoiceField(
        label=_("Begin with"),
        choices=[(_PAST, _("everything that the log has")), (_NEW, _("what is written from now on"))],
        widget=forms.RadioSelect,
        initial=_PAST,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, stored: Destination | None, **options: Any) -> None:
        known = {"way": stored.way, "address": stored.address} if stored else {}
        super().__init__(data, initial=known, **options)
        self._stored = stored
        if stored:
            del self.fields["begin"]
        if stored and stored.encrypted_secret:
            self.fields["token"].required = False
            self.fields["token"].help_text = _(
                "Leave it empty to keep the one that is stored, unless the host is another."
            )

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"])
        if not all("!" <= character <= "~" for character in token):
            raise ValidationError(_("A token has only plain letters, digits and signs. Please copy it again."))
        return token

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "way" not in cleaned or "address" not in cleaned:
            return cleaned
        try:
            self._read_address(Way(cleaned["way"]), cleaned["address"])
        except ValidationError as error:
            self.add_error("address", error)
        else:
            self._check_token()
        return self.cleaned_data

    def chosen(self) -> Chosen:
        """What was typed, once it is valid."""
        known = self.cleaned_data
        token = "" if known["way"] == Way.SYSLOG else known["token"] or None
        return Chosen(Way(known["way"]), known["host"], known["port"], known["target"], token)

    @property
    def with_past(self) -> bool:
        return self.cleaned_data.get("begin") != _NEW

    def _read_address(self, way: Way, typed: str) -> None:
        if not all("!" <= character <= "~" for character in typed):
            raise ValidationError(_("An address has only plain letters, digits and signs, and no blanks."))
        if way == Way.HTTPS and not typed.lower().startswith("https://"):
            raise ValidationError(_("The address begins with https://, as everything is sent encrypted."))
        if way == Way.SYSLOG and "/" in typed:
            raise ValidationError(_("For syslog please type host and port alone, as in logs.example.com:6514."))
        try:
            parts = urlsplit(typed if way == Way.HTTPS else f"//{typed}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or port == 0 or parts.username is not None or parts.fragment or (way == Way.SYSLOG and parts.query):
            raise ValidationError(_("This is no address that something can be sent to. Please check it."))
        if host not in settings.LOG_STREAM_HOSTS:
            raise ValidationError(_("The operator of this portal does not allow this host."))
        self.cleaned_data |= {"host": host, "port": port or DEFAULT_PORTS[way], "target": _target(parts)}

    def _check_token(self) -> None:
        known, stored = self.cleaned_data, self._stored
        if known["way"] == Way.SYSLOG:
            self.errors.pop("token", None)
            return
        if known.get("token") or "token" in self.errors:
            return
        is_same = stored and stored.encrypted_secret and (stored.host, stored.port) == (known["host"], known["port"])
        if not is_same:
            self.add_error("token", _NO_TOKEN)


def _target(parts: SplitResult) -> str:
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
