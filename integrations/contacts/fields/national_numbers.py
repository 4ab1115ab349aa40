from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from integrations.clients.models import ClientAccount
from integrations.phone_numbers import country_name, is_national, readable_number


def show_first(form: forms.Form, account: ClientAccount, name: str, number: str) -> None:
    """Where a phone number was typed without country code, the form is not sent yet, but has the number with it now,
    for the person to see.

    number: what the field `name` was read as
    """
    typed = form.data
    if not isinstance(typed, QueryDict) or not is_national(typed.get(name, "")):
        return
    form.data = seen = typed.copy()
    seen[name] = readable_number(number)
    form.add_error(
        name,
        _(
            "Without a country code the number was read as %(number)s, as the client's country is %(country)s. If that "
            "is right, send the form again."
        )
        % {"number": seen[name], "country": country_name(account.phone_country)},
    )
