from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from integrations.clients.explain import Explanation, explain
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.forms import ContactForm
from integrations.contacts.fields.form_fields import refused_value
from integrations.contacts.fields.types import types_of
from integrations.contacts.refusals import SUBJECT_FIELDS, listed, no_longer_there
from integrations.klicktipp import Problem, Rejected
from integrations.operations import ADDING_OPERATIONS, message_of
from integrations.suppression.errors import Suppressed
from integrations.tags.picker import missing_tags

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


def explain_at_field(
    account: ClientAccount,
    form: ContactForm,
    error: Exception,
    action: UUID,
    *,
    updates: bool = False,
    can_check: bool = False,
) -> Explanation:
    """The explanation of an error. What is about a single field is told there, and the page points to it.

    updates: the contact was known to be one before
    can_check: the page offers to check at KlickTipp what became of it
    """
    explanation = explain(error, action)
    if explanation.may_have_happened and getattr(error, "operation", "") in ADDING_OPERATIONS:
        return replace(explanation, next_step=f"{_may_have_happened(updates)} {_before_again(can_check)}")
    nothing_added = _("Nothing was changed.") if updates else _("No contact was added.")
    explanation = replace(explanation, next_step=f"{nothing_added} {explanation.next_step}")
    if isinstance(error, Suppressed):
        for entry in error.found.values():
            form.add_error(SUBJECT_FIELDS[entry.kind], listed(entry))
        return replace(explanation, listed_before=max(entry.pk for entry in error.found.values()) + 1)
    if not isinstance(error, Rejected):
        return explanation
    text = message_of(error.operation, error.problem).sentences()
    if error.problem is Problem.INVALID_FIELD_VALUE and error.name in form.shown:
        form.add_error(error.name, refused_value(error, types_of(account).get(error.name)))
    elif (name := _FORM_FIELDS.get(error.problem, "")) not in form.fields:
        return explanation
    elif error.problem is Problem.TAG_NOT_FOUND and (missing := missing_tags(account, form["tags"].value())):
        form.add_error(name, no_longer_there(missing))
    else:
        form.add_error(name, text)
    return replace(
        explanation,
        what=_("KlickTipp refused this; nothing was changed.")
        if updates
        else _("KlickTipp refused this; no contact was added."),
        next_step=_("What is wrong stands at the marked field."),
    )


def _may_have_happened(updates: bool) -> str:
    if updates:
        return _("The contact may have been updated all the same.")
    return _("The contact may have been added all the same.")


def _before_again(can_check: bool) -> str:
    if can_check:
        return _("The button “Check at KlickTipp” below tells it; please use it before you send this again.")
    return _("Please look it up in KlickTipp before you send this again.")
