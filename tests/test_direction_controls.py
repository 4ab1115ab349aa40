"""Characters that turn the direction of a text are refused in every text that is sent or shown."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import Membership
from accounts.validation import no_control_characters
from integrations.clients.models import ClientAccount
from integrations.contacts.fields.form_fields import form_field
from integrations.klicktipp import FieldType
from integrations.tags.picker import TagNameField
from tests.pages import errors

TURNED = "Ada\u202ecba"
TOLD = ["This contains control characters. Please type it again instead of pasting it."]
CHECKED_OTHERWISE = {
    "ContactForm.sms_number",  # of numbers only the digits are sent
    "AddContactForm.sms_number",
    "SmsNumberForm.address",
    "TaggingForm.addresses",  # a pasted list, each address by itself
    "ManyContactsForm.addresses",
    "SignupForm.username",  # which nobody has
    "Authenticate.code",  # which is compared and not kept
    "Reauthenticate.code",
    "LineForm.line",  # each term of a search by itself
    *(f"Controls.{name}" for name in ("since", "until", "code", "key", "ref")),
    "CheckForm.text",  # a proof, which is read and not kept
}
"""Fields that take such a text and do not let it through."""


def form_classes() -> Iterator[type[forms.BaseForm]]:
    for path in sorted([*Path("accounts").rglob("*forms.py"), *Path("integrations").rglob("*forms.py")]):
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, forms.BaseForm) and thing.__module__ == module.__name__:
                yield thing


TEXTS = [
    pytest.param(field, id=f"{form.__module__}.{form.__name__}.{name}")
    for form in form_classes()
    for name, field in form.base_fields.items()
    if isinstance(field, forms.CharField)
    and not isinstance(field.widget, forms.PasswordInput)
    and f"{form.__name__}.{name}" not in CHECKED_OTHERWISE
]


@pytest.mark.parametrize("char", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_each_of_them_is_refused(char: str) -> None:
    with pytest.raises(ValidationError):
        no_control_characters(f"a{char}b")


@pytest.mark.parametrize("field", TEXTS)
def test_every_text_field_of_every_form_refuses_them(field: forms.CharField) -> None:
    with pytest.raises(ValidationError):
        field.clean(TURNED)


@pytest.mark.parametrize("kind", [FieldType.LINE, FieldType.PARAGRAPH, FieldType.HTML])
def test_data_fields_and_tags_refuse_them(kind: FieldType) -> None:
    for field in (form_field("Company", kind), TagNameField()):
        with pytest.raises(ValidationError) as refused:
            field.clean(TURNED)
        assert refused.value.messages == TOLD


def test_names_of_teams_and_clients_do_not_become_what_they_are_not(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    team = f"/t/{owner.team.slug}"
    for page in (
        browser.post(f"{team}/name/", {"name": TURNED}),
        browser.post(f"{team}/clients/{account.slug}/settings/", {"name": TURNED, "colour": account.colour}),
    ):
        assert errors(page)["name"] == TOLD
