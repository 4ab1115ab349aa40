"""The way to KlickTipp's grant page, on which the owner of an account grants access to it, and back with its key.

KlickTipp appends the customer key to the address it is given, without percent-encoding; so the state that ties the way
back to its beginning stands in that address's path. A way is good for one return, within an hour, of the person who
began it; that it is the same browser is shown by a signed cookie with the same state (see `granting`).
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.mfa import is_kept_out
from accounts.models import Membership, Team, User
from accounts.roles import Capability
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.models import PORTAL
from integrations.audit.recorder import Action, Scope
from integrations.audit.strangers import others_before
from integrations.clients import sentences
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount, Grant
from integrations.klicktipp import grant_url
from integrations.messages import Obstacle

LASTS = timedelta(hours=1)
_MOST_WAITING = 20


def are_offered() -> bool:
    """Whether the portal knows the account to which access is granted."""
    return bool(settings.KLICKTIPP_OPERATOR_ID)


def begin(
    user: User, team: Team, account: ClientAccount | None = None, is_own: bool = False, name: str = "", colour: str = ""
) -> tuple[str, str]:
    """Begin a way to KlickTipp and back, for a key of the account or, without one, of a new client account.

    Somebody's latest twenty wait, older ones are forgotten. Returns the state for the browser's cookie, and the address
    of the grant page.
    """
    state = secrets.token_urlsafe(32)
    waiting = Grant.objects.filter(user=user, used_at=None).order_by("-created_at")
    Grant.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)[_MOST_WAITING - 1 :])).delete()
    Grant.objects.create(
        state_hash=_hash(state),
        user=user,
        team=team,
        account=account,
        is_own=is_own,
        name=name,
        created_at=timezone.now(),
        colour=colour or team.accounts.free_colour(),
    )
    back = f"{settings.PORTAL_URL}{reverse('grant_callback', args=[state])}?customerkey="
    return state, grant_url(settings.KLICKTIPP_OPERATOR_ID, back, settings.KLICKTIPP_APP_URL)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def find(state: str) -> Grant | None:
    return Grant.objects.select_related("team", "account", "user").filter(state_hash=_hash(state)).first()


def redeem(grant: Grant | None, is_same_browser: bool, actor: Actor) -> tuple[Grant, Membership]:
    """Use up a way back. Returns it with the membership of the person who came back.

    Raises `Obstructed` where it must not be used; the log has an entry of it then.
    """
    if grant and grant.used_at and grant.user_id == actor.user_id:
        raise refused(grant, Obstacle.GRANT_USED, actor)
    if grant is None or not is_same_browser:
        raise refused(grant, Obstacle.GRANT_NOT_BEGUN_HERE, actor)
    if actor.user_id is None:
        raise refused(grant, Obstacle.GRANT_SIGNED_OUT, actor)
    if actor.user_id != grant.user_id:
        raise refused(grant, Obstacle.GRANT_OF_ANOTHER, actor)
    if grant.created_at + LASTS < timezone.now():
        raise refused(grant, Obstacle.GRANT_EXPIRED, actor)
    membership = Membership.objects.current().filter(user=grant.user, team=grant.team).select_related("team").first()
    if membership is None or not membership.may(_asked(grant)) or is_kept_out(membership):
        raise refused(grant, Obstacle.GRANT_NOT_ALLOWED, actor)
    if grant.account and not ClientAccount.objects.visible_to(membership).filter(pk=grant.account.pk).exists():
        raise refused(grant, Obstacle.GRANT_NOT_ALLOWED, actor)
    if not Grant.objects.filter(pk=grant.pk, used_at=None).update(used_at=timezone.now()):
        raise refused(grant, Obstacle.GRANT_USED, actor)
    return grant, membership


def _asked(grant: Grant) -> Capability:
    if grant.account is None:
        return Capability.ADD_CLIENTS
    return Capability.STORE_OWN_KEY if grant.is_own else Capability.MANAGE_CLIENTS


def refused(grant: Grant | None, obstacle: Obstacle, actor: Actor) -> Obstructed:
    """What to raise where nothing may be stored; the team's log has it then.

    Ways back that nobody has begun are no team's, the portal's log has them. As strangers could fill a log, it has one
    of them a minute, or of a way back that was begun, with the number of the others.
    """
    others = others_before(f"grant-{grant.pk}" if grant else "grants")
    if others is not None:
        sentence = sentences.GRANTS_REFUSED if others else sentences.GRANT_REFUSED
        scope = grant.scope if grant else Scope(PORTAL)
        events.record_obstacle(Action(sentence, actor, {"more": others}), scope, obstacle)
    return Obstructed(obstacle)


def forget_old_grants() -> None:
    """For the clock: a day after it was begun nobody asks about a way back any more."""
    Grant.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()
