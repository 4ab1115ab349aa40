"""What changes who can reach what, as it happens."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import Membership, User
from accounts.signals import activity_changed, end_changed, member_removed, membership_changed
from integrations.clients.signals import client_changed, limit_changed
from integrations.members.access_review import history


@receiver([membership_changed, end_changed, limit_changed])
def _of_member(membership: Membership, **_: Any) -> None:
    history.keep_up(team_id=membership.team_id, user_id=membership.user_id)


@receiver(post_delete, sender=Membership)
def _has_gone(instance: Membership, **_: Any) -> None:
    history.keep_up(team_id=instance.team_id, user_id=instance.user_id)


@receiver(member_removed)
def _goes(membership: Membership, **_: Any) -> None:
    """Before the keys that go with the membership."""
    history.end(team_id=membership.team_id, user_id=membership.user_id)


@receiver(activity_changed)
def _of_user(user: User, **_: Any) -> None:
    history.keep_up(user_id=user.pk)


@receiver(client_changed)
def _of_client(account_id: int, **_: Any) -> None:
    history.keep_up(account_id=account_id)


@receiver(post_save, sender=Authenticator)
def _factor_added(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        history.keep_up(user_id=instance.user_id)


@receiver(post_delete, sender=Authenticator)
def _factor_removed(instance: Authenticator, **_: Any) -> None:
    history.keep_up(user_id=instance.user_id)
