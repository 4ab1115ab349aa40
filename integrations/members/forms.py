from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.core.validators import MaxValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.meanwhile import Meanwhile
from accounts.models import Membership, Team, User
from accounts.roles import Role
from accounts.validation import no_control_characters, no_web_address
from integrations.clients.member_access import limit_of
from integrations.clients.models import ClientAccount, by_name

ALL, SOME = "all", "some"
OWNERS_SEE_ALL = _("An owner sees all clients. Choose another role first.")
OWNERS_STAY = _("An owner has no last day. Choose another role first.")
MAY = {
    Role.OWNER: _("everything, for all clients and without a last day"),
    Role.ADMIN: _("everything but what concerns owners"),
    Role.EDITOR: _("adds and changes contacts, tags them, creates tags"),
    Role.VIEWER: _("sees clients, contacts and tags, changes nothing"),
    Role.AUDITOR: _("reads the log, sees nothing else"),
}
"""What each role is for, in few words."""


def role_field(by: Membership, **options: Any) -> forms.ChoiceField:
    """A choice among the roles that the member `by` may give."""
    roles = [role for role in Role if by.may_give(role)]
    choices = [(role.value, format_lazy("{}: {}", role.label, MAY[role])) for role in roles]
    return forms.ChoiceField(label=_("Role"), choices=choices, widget=forms.RadioSelect, **options)


class LastDayField(forms.DateField):
    default_error_messages = {"passed": _("This day has passed. Choose today or a later day.")}
    default_validators = [MaxValueValidator(date(2999, 12, 31))]

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Last day"),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            help_text=_("Access ends at midnight after this day. Without a day it goes on."),
            **options,
        )

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and day < timezone.localdate():
            raise forms.ValidationError(self.error_messages["passed"])
        return day


class LimitForm(forms.Form):
    """Whether somebody sees all clients of the team or some, and which."""

    sees = forms.ChoiceField(
        label=_("Clients"),
        choices=[(ALL, _("All clients, also those added later")), (SOME, _("Only the ones ticked below"))],
        initial=ALL,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None, *, team: Team, **options: Any) -> None:
        super().__init__(data, **options)
        offered = forms.ModelMultipleChoiceField(
            team.accounts.all(),
            label=_("These clients"),
            required=not self.is_bound or self["sees"].value() == SOME,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Please choose at least one client.")},
        )
        offered.choices = lambda: [(account.pk, str(account)) for account in by_name(team.accounts.all())]
        self.fields["accounts"] = offered

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        self.fields["accounts"].required = True  # for who chooses some clients in the page that comes back
        return typed

    def chosen(self) -> list[ClientAccount] | None:
        """The client accounts to be seen; None for all."""
        return list(self.cleaned_data["accounts"]) if self.cleaned_data["sees"] == SOME else None


class MemberForm(Meanwhile, LimitForm):
    """All that can be changed of a member: role, clients, last day. The role of who has left by date comes back with a
    later day and is changed then."""

    day = LastDayField(
        error_messages={
            "passed": _("This day has passed. Choose today or a later day; to end access at once, remove the member.")
        }
    )

    def __init__(self, data: QueryDict | None, *, member: Membership, by: Membership) -> None:
        limit = limit_of(member)
        sees: dict[str, Any] = {"sees": ALL} if limit is None else {"sees": SOME, "accounts": limit}
        super().__init__(data, team=member.team, initial={"role": member.role, "day": member.last_day, **sees})
        if not member.has_ended:
            self.fields["role"] = role_field(by)
        self.order_fields(["role", "sees", "accounts", "day"])
        names = list(member.team.accounts.filter(pk__in=limit or ()).values_list("name", flat=True))
        self.knows(
            role=Role(member.role).label,
            sees=", ".join(names) if limit is not None else _("all clients"),
            day=date_format(member.last_day) if member.last_day else _("no last day"),
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("role", self.initial["role"]) == Role.OWNER:
            if typed.get("sees") == SOME and {"sees", "accounts"} & set(self.changed_data):
                self.add_error("sees", OWNERS_SEE_ALL)
            if typed.get("day") and "day" in self.changed_data:
                self.add_error("day", OWNERS_STAY)
        return typed


class InvitationForm(LimitForm):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("The link in the mail works for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        validators=[no_control_characters],
    )
    day = LastDayField()

    def __init__(self, data: QueryDict | None, *, by: Membership) -> None:
        super().__init__(data, team=by.team)
        self.fields["role"] = role_field(by, initial=Role.EDITOR)
        self.order_fields(["email", "role", "sees", "accounts", "day"])

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("role") == Role.OWNER and typed.get("sees") == SOME:
            self.add_error("sees", OWNERS_SEE_ALL)
        if typed.get("role") == Role.OWNER and typed.get("day"):
            self.add_error("day", OWNERS_STAY)
        return typed


class SignUpForm(forms.Form):
    """What an invited person without an account is asked for; the address is the invitation's."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        validators=[no_control_characters, no_web_address],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = PasswordField(
        label=_("Password"), autocomplete="new-password", help_text=lazy(password_validators_help_text_html, str)()
    )

    def __init__(self, data: QueryDict | None, *, email: str) -> None:
        super().__init__(data)
        self._email = email

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors:
            user = User(email=self._email, name=typed["name"])
            try:
                get_adapter().clean_password(typed["password"], user=user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return typed
