from django.db import transaction

from accounts.models import Membership, Team, User
from accounts.roles import Role
from accounts.signals import membership_changed
from accounts.slugs import create_with_free_slug


class LastOwner(Exception):
    """A team keeps at least one owner."""


def create_team(name: str) -> Team:
    """A new team with a slug made of its name, numbered when the slug is taken."""
    return create_with_free_slug(
        lambda slug: Team.objects.create(name=name, slug=slug), Team.objects.all(), name, "team"
    )


def set_role(team: Team, user: User, role: Role, *, by: User | None) -> Membership:
    """Give `user` this role in `team` and tell the listeners; whoever is no member, or no longer, becomes one.

    Raises `LastOwner` when this would leave the team without an owner who can sign in.
    """
    with transaction.atomic():
        current = Membership.objects.current().filter(team=team)
        owners = list(current.filter(role=Role.OWNER).select_for_update(of=("self",)))
        membership = Membership.objects.filter(team=team, user=user).first()
        ended = membership is not None and membership.has_ended
        before = membership.role if membership and not ended else None
        if role == before and membership:
            return membership
        if role != Role.OWNER and owners == [membership]:
            raise LastOwner(f"{user} is the last owner of {team}.")
        values = {"role": role} | ({"ends_at": None} if ended else {})
        membership, _ = Membership.objects.update_or_create(team=team, user=user, defaults=values)
        membership_changed.send(Membership, membership=membership, before=before, by=by)
    return membership
