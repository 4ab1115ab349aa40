from collections.abc import Iterable
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from integrations.members.access_review.review import Client


class ReviewForm(forms.Form):
    """Which day is asked about, today unless told, and which client account, all of them unless told.

    after: the client account after which a page of the review begins
    """

    on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    client = forms.TypedChoiceField(label=_("Client"), required=False, coerce=int, empty_value=None)
    after = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict, *, team: Team, clients: Iterable[Client]) -> None:
        today = timezone.localdate()
        super().__init__({"on": today.isoformat()} | asked.dict())
        self._today, self._first = today, timezone.localdate(team.created_at)
        self.fields["client"].choices = [("", _("All clients")), *((client.id, client.name) for client in clients)]  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs |= {"min": self._first.isoformat(), "max": today.isoformat()}

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"] or self._today
        if on > self._today:
            raise forms.ValidationError(_("This day is still to come."))
        if on < self._first:
            raise forms.ValidationError(_("The team is not as old as that."))
        return on
