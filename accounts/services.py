from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.errors import LastOwner, NotForOwners
from accounts.models import Membership, Team, User
from accounts.roles import Role
from accounts.sessions import end_all
from accounts.signals import (
    activity_changed,
    end_changed,
    member_removed,
    membership_changed,
    second_factor_required,
    team_renamed,
)
from accounts.slugs import create_with_free_slug


def create_person(email: str, hashed: str, name: str) -> User:
    """A person who can sign in at once: the address is known to be theirs.

    hashed: the password's hash, made before others wait for the database
    """
    user = User.objects.create(email=email.strip().lower(), password=hashed, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def create_team(name: str) -> Team:
    """A new team with a slug made of its name, numbered when the slug is taken."""
    return create_with_free_slug(
        lambda slug: Team.objects.create(name=name, slug=slug), Team.objects.all(), name, "team"
    )


def rename_team(team: Team, name: str, *, by: User) -> None:
    """Give the team another name and tell the listeners; its address stays."""
    with transaction.atomic():
        before = Team.objects.select_for_update(no_key=True).get(pk=team.pk).name
        if before == name:
            return
        team.name = name
        team.save(update_fields=["name"])
        team_renamed.send(Team, team=team, before=before, by=by)


def require_second_factor(team: Team, since: datetime | None, *, by: User) -> None:
    """From then on the team's members need a second factor, for None never; tells the listeners."""
    with transaction.atomic():
        locked = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if locked.second_factor_from == since:
            return
        locked.second_factor_from = since
        locked.save(update_fields=["second_factor_from"])
        second_factor_required.send(Team, team=team, since=since, by=by)


def deactivate(user: User, *, undo: bool = False) -> None:
    """A person may not sign in any more, or may again. All their sessions end."""
    with transaction.atomic():
        user.is_active = undo
        user.save(update_fields=["is_active"])
        activity_changed.send(User, user=user)
        end_all(user, by=None)


def lock_members(team: Team) -> None:
    """From here to the end of the caller's transaction nobody else changes who belongs to the team, and how."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def set_role(team: Team, user: User, role: Role, *, by: User | None) -> Membership:
    """Give `user` this role in `team` and tell the listeners; whoever is no member, or no longer, becomes one.

    A new owner is not limited any more and has no end date. Raises `LastOwner` when this would leave the team without
    an owner who can sign in.
    """
    with transaction.atomic():
        lock_members(team)
        membership = Membership.objects.filter(team=team, user=user).first()
        if membership is None or membership.has_ended:
            return _begin(team, user, role, None, by=by)
        before = membership.role
        if role == before:
            return membership
        if before == Role.OWNER:
            _check_others_own(membership)
        membership.role = role
        if role == Role.OWNER:
            membership.ends_at, membership.is_limited = None, False
        membership.save(update_fields=["role", "ends_at", "is_limited"])
        membership_changed.send(Membership, membership=membership, before=before, by=by, is_invited=False)
    return membership


def join(team: Team, user: User, role: Role, ends_at: datetime | None) -> Membership:
    """Make an invited person a member until then, or for good, and tell the listeners. Raises `NotForOwners`. The
    caller holds the transaction and the lock of the members, and knows that they are none."""
    if role == Role.OWNER and ends_at:
        raise NotForOwners
    return _begin(team, user, role, ends_at, by=user, is_invited=True)


def _begin(
    team: Team, user: User, role: Role, ends_at: datetime | None, *, by: User | None, is_invited: bool = False
) -> Membership:
    """A new membership, or one that had ended anew."""
    values: dict[str, object] = {"role": role, "ends_at": ends_at}
    if role == Role.OWNER:
        values |= {"is_limited": False}
    membership, _ = Membership.objects.update_or_create(team=team, user=user, defaults=values)
    membership_changed.send(Membership, membership=membership, before=None, by=by, is_invited=is_invited)
    return membership


def set_end(membership: Membership, ends_at: datetime | None, *, by: User | None) -> None:
    """Let a membership end at this time, or never, and tell the listeners. Raises `NotForOwners`."""
    with transaction.atomic():
        lock_members(membership.team)
        membership.refresh_from_db()
        if membership.role == Role.OWNER and ends_at:
            raise NotForOwners
        if membership.ends_at == ends_at:
            return
        membership.ends_at = ends_at
        membership.save(update_fields=["ends_at"])
        end_changed.send(Membership, membership=membership, by=by)


def remove_member(membership: Membership, *, by: User | None) -> None:
    """End a membership for good and tell the listeners. Raises `LastOwner`."""
    with transaction.atomic():
        lock_members(membership.team)
        membership.refresh_from_db()
        if membership.role == Role.OWNER and not membership.has_ended:
            _check_others_own(membership)
        member_removed.send(Membership, membership=membership, by=by)
        membership.delete()


def _check_others_own(membership: Membership) -> None:
    """Raises `LastOwner` unless the team has another owner who can sign in, and whose membership does not end."""
    owners = Membership.objects.current().filter(team=membership.team, role=Role.OWNER, ends_at=None)
    if not owners.exclude(pk=membership.pk).exists():
        raise LastOwner(f"{membership.user} is the last owner of {membership.team}.")
