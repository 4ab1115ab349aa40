from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.roles import Capability
from integrations.clients import navigation
from integrations.clients.models import ClientAccount, by_name


def portal(request: HttpRequest) -> dict[str, Any]:
    """What the page's frame needs: the sandbox badge, where the person can go and, on a team's pages, its clients and
    what the person may."""
    frame: dict[str, Any] = {"sandbox": settings.SANDBOX, "places_of_person": navigation.OF_PERSON}
    membership = getattr(request, "membership", None)
    if membership and not membership.has_ended:
        frame["places_of_team"] = navigation.open_to(membership, navigation.OF_TEAM)
        if getattr(request, "account", None):
            frame["places_of_client"] = navigation.open_to(membership, navigation.OF_CLIENT)
        frame["may"] = {capability.value: membership.may(capability) for capability in Capability}
        if membership.may(Capability.SEE_CLIENTS):
            frame["clients"] = SimpleLazyObject(lambda: by_name(ClientAccount.objects.visible_to(membership)))
        frame["teams_count"] = SimpleLazyObject(membership.user.memberships.current().count)
    return frame
