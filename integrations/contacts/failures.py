"""Puts KlickTipp's refusal at the field that it is about, in a form that adds a contact."""

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from integrations.clients.explain import Explanation, explain
from integrations.contacts.forms import ContactForm
from integrations.contacts.origins import ADDING
from integrations.klicktipp import Problem, Rejected
from integrations.messages import message

_FORM_FIELDS: dict[Problem, str] = {
    Problem.ADDRESS_REQUIRED: "email",
    Problem.CONFIRMATION_EMAIL_FAILED: "email",
    Problem.EMAIL_BLOCKED: "email",
    Problem.EMAIL_NOT_FOUND: "email",
    Problem.EMAIL_TAKEN: "email",
    Problem.EMAIL_UNSUBSCRIBED: "email",
    Problem.INVALID_EMAIL: "email",
    Problem.INVALID_PHONE_NUMBER: "sms_number",
    Problem.SMS_NUMBER_TAKEN: "sms_number",
    Problem.SMS_NUMBER_UNSUBSCRIBED: "sms_number",
    Problem.OPTIN_PROCESS_NOT_FOUND: "optin_process",
    Problem.SMARTTAG_NOT_ASSIGNABLE: "tags",
    Problem.TAG_NOT_FOUND: "tags",
}


def explain_at_field(form: ContactForm, error: Exception, action: UUID) -> Explanation:
    """The explanation of an error. What is about a single field is told there, and the page points to it."""
    explanation = explain(error, action)
    if explanation.may_have_happened and getattr(error, "operation", "") in ADDING:
        unknown = _("The contact may have been added all the same: look it up in KlickTipp before you send it again.")
        return replace(explanation, next_step=unknown)
    nothing_added = _("No contact was added.")
    explanation = replace(explanation, next_step=f"{nothing_added} {explanation.next_step}")
    if not isinstance(error, Rejected):
        return explanation
    text = message(error.problem).sentences()
    if error.problem is Problem.INVALID_FIELD_VALUE and error.name in form.shown:
        form.add_error(error.name, error.reason or text)
    elif (name := _FORM_FIELDS.get(error.problem, "")) in form.fields:
        form.add_error(name, text)
    else:
        return explanation
    return replace(
        explanation,
        what=_("KlickTipp refused this; no contact was added."),
        next_step=_("What is wrong stands at the marked field."),
    )
