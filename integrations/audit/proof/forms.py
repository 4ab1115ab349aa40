"""What people bring to have it checked, and whom they have checkpoints mailed to."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.validation import no_control_characters
from integrations.audit.proof.access import may_see
from integrations.audit.proof.checking import Brought
from integrations.audit.proof.formats import NotAProof
from integrations.audit.proof.models import EVERY_LOG
from integrations.audit.visibility import visible_accounts

_LARGEST_PROOF = 64 * 1024
_LARGEST_ENTRY = 1024 * 1024


class SmallFileField(forms.FileField):
    """A file of at most `largest` bytes; cleaned it is what stands in it."""

    def __init__(self, largest: int, **options: Any) -> None:
        super().__init__(required=False, allow_empty_file=True, **options)
        self.largest = largest

    def clean(self, value: Any, initial: Any = None) -> bytes | None:
        file: UploadedFile | None = super().clean(value, initial)
        if file is None:
            return None
        if file.size is None or file.size > self.largest:
            raise forms.ValidationError(
                _("The file is too large. It may have up to %(size)s."), params={"size": filesizeformat(self.largest)}
            )
        return file.read()


class CheckForm(forms.Form):
    """A proof or a checkpoint, as a file or typed; and as they were kept the entry that a proof is of, and where this
    portal trusts an authority, the time stamp over a checkpoint."""

    proof = SmallFileField(
        _LARGEST_PROOF,
        label=_("Proof or checkpoint"),
        help_text=_("A file that ends in .tlog-proof, or a checkpoint that was kept."),
    )
    text = forms.CharField(
        label=_("Or its text, as from a mail"),
        required=False,
        strip=False,
        max_length=_LARGEST_PROOF,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )
    entry = SmallFileField(
        _LARGEST_ENTRY,
        label=_("Entry, if you kept it"),
        help_text=_("A file that ends in .json. Without it only the entry in the database is compared."),
    )

    stamp = SmallFileField(
        _LARGEST_PROOF,
        label=_("Time stamp of the checkpoint, if you kept it"),
        help_text=_("A file that ends in .tsr. It is verified with the certificates that this portal trusts."),
    )

    def __init__(self, *arguments: Any, membership: Membership) -> None:
        super().__init__(*arguments)
        self._membership = membership
        if not settings.LOG_TIMESTAMP_ROOTS:
            del self.fields["stamp"]

    def clean_text(self) -> str:
        typed = "\n".join(line.strip() for line in self.cleaned_data["text"].strip().splitlines())
        return f"{typed}\n" if typed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if {"proof", "text"} & set(self.errors):
            return cleaned
        name, brought = (
            ("proof", cleaned["proof"]) if cleaned["proof"] is not None else ("text", cleaned["text"].encode())
        )
        if not brought:
            self.add_error("proof", _("Please choose a file that is not empty, or paste the text."))
            return cleaned
        try:
            cleaned["brought"] = Brought.of(brought.decode())
        except (NotAProof, UnicodeDecodeError):
            self.add_error(
                name, _("This is neither a proof nor a checkpoint of this portal, or a part of it is missing.")
            )
            return cleaned
        if not may_see(self._membership, cleaned["brought"].log):
            self.add_error(name, _("This is of a log that is not your team's, or that you may not see."))
        return cleaned


class RecipientForm(forms.Form):
    """Who is to get checkpoints by mail every day, and of which logs."""

    email = forms.EmailField(label=_("Email address"), max_length=254, validators=[no_control_characters])
    account = forms.TypedChoiceField(label=_("Log"), coerce=int)

    def __init__(self, *arguments: Any, membership: Membership) -> None:
        super().__init__(*arguments)
        clients = [(account.pk, account.name) for account in visible_accounts(membership)]
        self.clients = dict(clients)
        self.fields["account"].choices = [(EVERY_LOG, _("All logs of the team")), *clients]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
