"""Puts KlickTipp's refusal at the field of the form that it is about."""

from dataclasses import replace
from uuid import UUID

from django.forms import Form
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.audit.models import SubjectKind
from integrations.clients.explain import Explanation, explain
from integrations.clients.models import ClientAccount
from integrations.contacts.forms import ContactForm
from integrations.klicktipp import Problem, Rejected
from integrations.operations import ADDING, message_of
from integrations.suppression.models import Suppression
from integrations.suppression.services import Suppressed
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


_SUBJECT_FIELDS: dict[str, str] = {SubjectKind.EMAIL: "email", SubjectKind.SMS: "sms_number"}


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
    if explanation.may_have_happened and getattr(error, "operation", "") in ADDING:
        return replace(explanation, next_step=f"{_may_have_happened(updates)} {_before_again(can_check)}")
    nothing_added = _("Nothing was changed.") if updates else _("No contact was added.")
    explanation = replace(explanation, next_step=f"{nothing_added} {explanation.next_step}")
    if isinstance(error, Suppressed):
        for entry in error.found.values():
            form.add_error(_SUBJECT_FIELDS[entry.kind], _listed(entry))
        return explanation
    if not isinstance(error, Rejected):
        return explanation
    text = message_of(error.operation, error.problem).sentences()
    if error.problem is Problem.INVALID_FIELD_VALUE and error.name in form.shown:
        form.add_error(error.name, _refused_value(error))
    elif (name := _FORM_FIELDS.get(error.problem, "")) not in form.fields:
        return explanation
    elif error.problem is Problem.TAG_NOT_FOUND and (missing := missing_tags(account, form["tags"].value())):
        form.add_error(name, _no_longer_there(missing))
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


def explain_refusal(account: ClientAccount, form: Form, error: Exception, told: Explanation) -> Explanation:
    """The explanation of an error of a form that changes a contact. What is about a single field is told there."""
    if isinstance(error, Suppressed):
        for entry in error.found.values():
            form.add_error("address" if "address" in form.fields else None, _listed(entry))
        return told
    if not isinstance(error, Rejected):
        return told
    if "address" in form.fields:
        form.add_error("address", message_of(error.operation, error.problem, error.code).sentences())
    elif error.problem is Problem.INVALID_FIELD_VALUE and error.name in form.fields:
        form.add_error(error.name, _refused_value(error))
    elif error.problem is Problem.TAG_NOT_FOUND and (missing := missing_tags(account, form["tags"].value())):
        form.add_error("tags", _no_longer_there(missing))
    elif error.problem in (Problem.TAG_NOT_FOUND, Problem.SMARTTAG_NOT_ASSIGNABLE):
        form.add_error("tags", message_of(error.operation, error.problem).sentences())
    else:
        return told
    return replace(
        told,
        what=_("KlickTipp refused this; nothing was changed."),
        next_step=_("What is wrong stands at the marked field."),
    )


def _listed(entry: Suppression) -> str:
    since = {"reason": entry.get_reason_display(), "date": date_format(timezone.localtime(entry.added_at))}
    return _("On the suppression list since %(date)s (%(reason)s).") % since


def _refused_value(error: Rejected) -> str:
    if not error.reason:
        return _("KlickTipp does not accept this value.")
    return _("KlickTipp does not accept this value: %(reason)s") % {"reason": error.reason}


def _no_longer_there(missing: list[str]) -> str:
    names = get_text_list([_("“%(tag)s”") % {"tag": name} for name in missing], _("and"))
    return ngettext(
        "The tag %(tags)s is no longer in KlickTipp. Please take it out and send the form again.",
        "The tags %(tags)s are no longer in KlickTipp. Please take them out and send the form again.",
        len(missing),
    ) % {"tags": names}
