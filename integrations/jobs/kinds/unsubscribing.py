"""Unsubscribing contacts by their addresses, which then stand on the suppression list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.jobs import sentences
from integrations.jobs.kinds.kind import Kind
from integrations.klicktipp import KlickTipp
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress


def _unsubscribe(api: KlickTipp, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    api.unsubscribe_contact(data["email"])
    return ""


def _never_again(errand: Errand, subjects: Sequence[Subject]) -> None:
    suppress(errand, subjects, Reason.UNSUBSCRIBED)


UNSUBSCRIBE = Kind(
    "unsubscribe",
    _("Unsubscribe contacts"),
    "unsubscribe_contact",
    Capability.DELETE_CONTACTS,
    sentences.CONTACTS_UNSUBSCRIBED,
    _unsubscribe,
    afterwards=_never_again,
)
