"""Tagging contacts by their addresses, and taking tags from them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from integrations.jobs.kinds.kind import Kind
from integrations.klicktipp import KlickTipp, KlickTippError, NotFound, Rejected
from integrations.tags import sentences


def _tag(api: KlickTipp, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    api.tag_contact(data["email"], [tag["id"] for tag in parameters["tags"]])
    return ""


def _untag(api: KlickTipp, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """KlickTipp takes one tag at a time; one that it refuses keeps the others on no contact."""
    refusal: KlickTippError | None = None
    for tag in parameters["tags"]:
        try:
            api.untag_contact(data["email"], tag["id"])
        except (Rejected, NotFound) as error:
            refusal = refusal or error
    if refusal:
        raise refusal
    return ""


TAG = Kind(
    "tag",
    _("Tag contacts"),
    "tag_contact",
    Capability.CHANGE_CONTACTS,
    sentences.CONTACTS_TAGGED,
    _tag,
    spares_suppressed=True,
)
UNTAG = Kind(
    "untag",
    _("Take tags from contacts"),
    "untag_contact",
    Capability.CHANGE_CONTACTS,
    sentences.CONTACTS_UNTAGGED,
    _untag,
)
