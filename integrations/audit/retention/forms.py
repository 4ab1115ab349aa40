from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations.audit.retention.models import LogPeriods


class PeriodsForm(forms.ModelForm):
    """How many months a team keeps its log."""

    class Meta:
        model = LogPeriods
        fields = ("months", "proof_months")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        months, proof_months = cleaned.get("months"), cleaned.get("proof_months")
        if months and proof_months and proof_months < months:
            self.add_error("proof_months", ValidationError(_("Not shorter than everything else is kept.")))
        return cleaned
