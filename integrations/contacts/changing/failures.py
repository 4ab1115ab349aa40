from dataclasses import replace

from django.forms import Form
from django.utils.translation import gettext as _

from integrations.clients.explain import Explanation
from integrations.clients.models import ClientAccount
from integrations.contacts.fields.form_fields import refused_value
from integrations.contacts.fields.types import types_of
from integrations.contacts.refusals import listed, no_longer_there
from integrations.klicktipp import Problem, Rejected
from integrations.operations import message_of
from integrations.suppression.errors import Suppressed
from integrations.tags.picker import missing_tags


def explain_refusal(account: ClientAccount, form: Form, error: Exception, told: Explanation) -> Explanation:
    """The explanation of an error of a form that changes a contact. What is about a single field is told there."""
    if isinstance(error, Suppressed):
        for entry in error.found.values():
            form.add_error("address" if "address" in form.fields else None, listed(entry))
        return told
    if not isinstance(error, Rejected):
        return told
    if "address" in form.fields:
        form.add_error("address", message_of(error.operation, error.problem, error.code).sentences())
    elif error.problem is Problem.INVALID_FIELD_VALUE and error.name in form.fields:
        form.add_error(error.name, refused_value(error, types_of(account).get(error.name)))
    elif error.problem is Problem.TAG_NOT_FOUND and (missing := missing_tags(account, form["tags"].value())):
        form.add_error("tags", no_longer_there(missing))
    elif error.problem in (Problem.TAG_NOT_FOUND, Problem.SMARTTAG_NOT_ASSIGNABLE):
        form.add_error("tags", message_of(error.operation, error.problem).sentences())
    else:
        return told
    return replace(
        told,
        what=_("KlickTipp refused this; nothing was changed."),
        next_step=_("What is wrong stands at the marked field."),
    )
