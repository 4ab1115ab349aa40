"""Ties a request to a member or an invitation of the team, after `accounts.access` has tied it to the team."""

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.access import TeamRequest, View, team_view
from accounts.models import Membership
from accounts.roles import Capability
from integrations.members.errors import NotAllowed
from integrations.members.models import Invitation


class MemberRequest(TeamRequest):
    member: Membership


class InvitationRequest(TeamRequest):
    invitation: Invitation


def member_view(view: View) -> View:
    """A view below `/t/<team>/members/<member>/` for who manages the members. What owners alone may change is a 403 for
    others; a member who has been removed meanwhile is a 404."""

    @team_view(Capability.MANAGE_MEMBERS)
    @wraps(view)
    def about_the_member(request: MemberRequest, member: int, **arguments: Any) -> HttpResponseBase:
        members = request.team.memberships.select_related("user", "team")
        request.member = get_object_or_404(members, pk=member)
        return _checked(view, request, **arguments)

    return about_the_member


def invitation_view(view: View) -> View:
    """The same below `/t/<team>/invitations/<invitation>/`, for invitations that have not been answered."""

    @team_view(Capability.MANAGE_MEMBERS)
    @wraps(view)
    def about_the_invitation(request: InvitationRequest, invitation: int, **arguments: Any) -> HttpResponseBase:
        unanswered = Invitation.objects.unanswered().filter(team=request.team)
        request.invitation = get_object_or_404(unanswered, pk=invitation)
        return _checked(view, request, **arguments)

    return about_the_invitation


def _checked(view: View, request: TeamRequest, **arguments: Any) -> HttpResponseBase:
    try:
        return view(request, **arguments)
    except NotAllowed:
        raise PermissionDenied from None
    except (Membership.DoesNotExist, Invitation.DoesNotExist):
        raise Http404 from None
