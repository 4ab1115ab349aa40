"""Invitations: sent by mail, renewed, withdrawn and accepted."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team, User
from accounts.namesakes import is_in_use
from accounts.roles import Role
from accounts.services import create_person, join, lock_members
from accounts.signals import end_changed, membership_changed
from accounts.validation import has_web_address
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.people_sentences import SIGNED_UP
from integrations.audit.recorder import Scope
from integrations.audit.sentences import Sentence
from integrations.clients.member_access import give_access, named
from integrations.clients.models import ClientAccount
from integrations.members import sentences
from integrations.members.access_review.history import together
from integrations.members.errors import AlreadyMember, HasAccount, JustSent, NameInUse, NotAllowed, NotValid, TooMany
from integrations.members.models import VALID_FOR, Invitation
from integrations.members.services import end_of, managing
from ktportal.mail import mail_failed

MOST_AT_A_TIME = 50
_MAIL_ABOUT = "X-Invitation"
_COUNTED_FOR = timedelta(days=1)
_KEPT_FOR = timedelta(days=30)


def invite(
    email: str,
    role: str,
    accounts: Collection[ClientAccount] | None,
    by: Membership,
    actor: Actor,
    last_day: date | None = None,
) -> Invitation:
    """Invite an address to the team of `by`, limited to these client accounts or, for None, to see all; until the last
    day, or for None without one.

    The same invitation twice in a minute is sent once. Raises `AlreadyMember`, `JustSent`, `NotAllowed` and
    `TooMany`.
    """
    address = email.strip().lower()
    with managing(by, role):
        _check_is_no_member(by.team, address)
        before = Invitation.objects.filter(team=by.team, email=address).first()
        if before and not before.accepted_at and not before.withdrawn_at and not by.may_give(before.role):
            raise NotAllowed
        if before and before.was_just_sent:
            if _is_same(before, role, accounts, last_day, by):
                return before
            raise JustSent
        invitation = before or Invitation(team=by.team, email=address)
        invitation.role, invitation.is_limited, invitation.last_day = role, accounts is not None, last_day
        token = _renew(invitation, by)
        invitation.accounts.set(accounts or [])
        _log_terms(sentences.INVITED, invitation, accounts, actor)
    _send(invitation, token)
    return invitation


def send_again(invitation: Invitation, by: Membership, actor: Actor) -> None:
    """Send an unanswered invitation with a new link; the old one is no longer valid. Raises as `invite` does, and
    `Invitation.DoesNotExist` if it has been answered."""
    with managing(by, invitation.role):
        invitation = Invitation.objects.unanswered().get(pk=invitation.pk)
        _check_is_no_member(by.team, invitation.email)
        if invitation.was_just_sent:
            raise JustSent
        token = _renew(invitation, by)
        _log(sentences.SENT_AGAIN, invitation, actor)
    _send(invitation, token)


def withdraw(invitation: Invitation, by: Membership, actor: Actor) -> None:
    """Make an invitation invalid. Raises `NotAllowed`, and `Invitation.DoesNotExist` if it has been answered."""
    with managing(by, invitation.role):
        invitation = Invitation.objects.unanswered().get(pk=invitation.pk)
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        _log(sentences.WITHDRAWN, invitation, actor)


def find(token: str) -> Invitation | None:
    """The invitation with this token, valid or not."""
    invitations = Invitation.objects.select_related("team", "invited_by")
    return invitations.filter(token_hash=_hash(token)).first()


def is_valid(invitation: Invitation) -> bool:
    return Invitation.objects.valid().filter(pk=invitation.pk).exists()


def accept(invitation: Invitation, user: User, actor: Actor) -> bool:
    """Make the person a member as invited, and return whether they are new: a member of the team stays as they are.

    Raises `NotAllowed` for somebody else than the invited person, `NameInUse` and `NotValid`.
    """
    if user.email.lower() != invitation.email:
        raise NotAllowed
    with transaction.atomic():
        lock_members(invitation.team)
        if is_member(user, invitation.team):
            return False
        if is_in_use(user.name, user, [invitation.team]):
            raise NameInUse
        _join(invitation, user, actor)
        return True


def is_member(user: User, team: Team) -> bool:
    return user.memberships.current().filter(team=team).exists()


def sign_up(invitation: Invitation, name: str, password: str, actor: Actor) -> User:
    """A new person with the invited address, as a member of the team. Raises `HasAccount`, `NameInUse`, `NotValid` and
    `Crowded`."""
    hashed = make_password(password)
    with transaction.atomic():
        lock_members(invitation.team)
        if has_account(invitation.email):
            raise HasAccount
        if is_in_use(name, User(), [invitation.team]):
            raise NameInUse
        try:
            with transaction.atomic():
                user = create_person(invitation.email, hashed, name)
        except IntegrityError:
            raise HasAccount from None
        actor = replace(actor, name=str(user), user_id=user.pk, email=user.email)
        events.record(SIGNED_UP, actor, Scope(invitation.team_id))
        _join(invitation, user, actor)
    return user


def has_account(email: str) -> bool:
    return User.objects.with_address(email) is not None


def remove_old_invitations() -> None:
    """For the clock: addresses are not kept for longer than a month after the invitation has expired."""
    Invitation.objects.filter(expires_at__lt=timezone.now() - _KEPT_FOR).delete()


def withdraw_without_right() -> None:
    """For the clock, and when roles change: an invitation dies for good when its sender loses the right."""
    Invitation.objects.without_right().update(withdrawn_at=timezone.now())


@receiver([membership_changed, end_changed])
def _right_changed(**_: object) -> None:
    withdraw_without_right()


def _is_same(
    invitation: Invitation,
    role: str,
    accounts: Collection[ClientAccount] | None,
    last_day: date | None,
    by: Membership,
) -> bool:
    return (
        is_valid(invitation)
        and (invitation.role, invitation.last_day, invitation.invited_by_id) == (role, last_day, by.user_id)
        and invitation.is_limited == (accounts is not None)
        and set(invitation.accounts.all()) == set(accounts or [])
    )


def _check_is_no_member(team: Team, address: str) -> None:
    if team.memberships.not_ended().filter(user__email=address.lower()).exists():
        raise AlreadyMember


def _renew(invitation: Invitation, by: Membership) -> str:
    """Make the invitation valid from now on, and return its new token. The caller holds the transaction."""
    now = timezone.now()
    others = Invitation.objects.filter(team=by.team).exclude(pk=invitation.pk)
    counted = others.filter(Q(pk__in=others.valid()) | Q(sent_at__gt=now - _COUNTED_FOR))
    if counted.count() >= MOST_AT_A_TIME:
        raise TooMany
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.invited_by = _hash(token), by.user
    invitation.sent_at, invitation.expires_at = now, now + VALID_FOR
    invitation.accepted_at = invitation.withdrawn_at = None
    invitation.save()
    return token


def _send(invitation: Invitation, token: str) -> None:
    link = settings.PORTAL_URL + reverse("invitation", kwargs={"token": token})
    context = {
        "invitation": invitation,
        "link": link,
        "portal": settings.PORTAL_URL,
        "inviter": _name_in_mail(str(invitation.invited_by), invitation.invited_by.email),
        "team": _name_in_mail(invitation.team.name, invitation.team.slug),
    }
    subject, body = (
        render_to_string(f"members/email/invitation_{part}.txt", context) for part in ("subject", "message")
    )
    about = {_MAIL_ABOUT: invitation.token_hash}
    EmailMessage(" ".join(subject.split()), body.strip(), to=[invitation.email], headers=about).send()


def _name_in_mail(name: str, otherwise: str) -> str:
    """Names from before web addresses were refused in them bring no link into the portal's mail."""
    return otherwise if has_web_address(name) else name


@receiver(mail_failed)
def _not_sent(message: EmailMessage, **_: object) -> None:
    Invitation.objects.filter(token_hash=message.extra_headers.get(_MAIL_ABOUT)).update(sent_at=None)


def _join(invitation: Invitation, user: User, actor: Actor) -> None:
    """Take the place in the team, once. The caller holds the transaction and the lock of the members."""
    claimed = Invitation.objects.valid().filter(pk=invitation.pk, token_hash=invitation.token_hash)
    if not claimed.update(accepted_at=timezone.now()):
        raise NotValid
    invitation.refresh_from_db()
    ends_at = end_of(invitation.last_day) if invitation.last_day else None
    accounts = list(invitation.accounts.all()) if invitation.is_limited else None
    with together():
        membership = join(invitation.team, user, Role(invitation.role), ends_at)
        give_access(membership, accounts)
    _log_terms(sentences.JOINED, invitation, accounts, actor, inviter=str(invitation.invited_by))


def _log_terms(
    by_terms: Mapping[tuple[bool, bool], Sentence],
    invitation: Invitation,
    accounts: Collection[ClientAccount] | None,
    actor: Actor,
    **parameters: Any,
) -> None:
    """Write with which role, for which clients and until when."""
    terms: dict[str, Any] = {"role": {"role": invitation.role}, "clients": named(accounts or ())}
    if invitation.last_day:
        terms["day"] = {"day": invitation.last_day.isoformat()}
    sentence = by_terms[accounts is not None, invitation.last_day is not None]
    _log(sentence, invitation, actor, **terms, **parameters)


def _log(sentence: Sentence, invitation: Invitation, actor: Actor, **parameters: Any) -> None:
    person = invitation.subject
    events.record(sentence, actor, Scope(invitation.team_id), subjects=(person,), person=person.label, **parameters)


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
