from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.roles import Capability
from integrations.clients.models import ClientAccount, by_name


def portal(request: HttpRequest) -> dict[str, Any]:
    """What the page's frame needs: the sandbox badge and, on a team's pages, its clients and what the person may."""
    frame: dict[str, Any] = {"sandbox": settings.SANDBOX}
    membership = getattr(request, "membership", None)
    if membership and not membership.has_ended:
        frame["may"] = {capability.value: membership.may(capability) for capability in Capability}
        if membership.may(Capability.SEE_CLIENTS):
            frame["clients"] = SimpleLazyObject(lambda: by_name(ClientAccount.objects.visible_to(membership)))
        frame["teams_count"] = SimpleLazyObject(membership.user.memberships.current().count)
    return frame
