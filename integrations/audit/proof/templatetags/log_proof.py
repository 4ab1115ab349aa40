from typing import Any

from django import template

from accounts.roles import Capability
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.proof.comparing import is_anything_wrong
from integrations.audit.proof.proving import cover_of

register = template.Library()


@register.inclusion_tag("audit/proof/of_entry.html", takes_context=True)
def proof_of(context: template.Context, entry: AuditEntry) -> dict[str, Any]:
    """Whether the log proves an entry, as facts of its page; nothing for who may have nothing proved."""
    request = context["request"]
    membership = request.membership
    if not membership.may(Capability.SEE_WHOLE_LOG) or (membership.is_limited and entry.account_id is None):
        return {}
    is_final = entry.outcome != Outcome.PENDING
    return {"request": request, "entry": entry, "is_final": is_final, "cover": cover_of(entry) if is_final else None}


@register.simple_tag(takes_context=True)
def was_changed(context: dict[str, Any]) -> bool:
    """Whether one of the logs that the reader sees was found to be another one than was signed."""
    return is_anything_wrong(context["request"].membership)
