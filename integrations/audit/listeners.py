"""Writes into the log what accounts tell by signals: sign-ins, passwords, roles."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from allauth.account.signals import email_changed, password_changed, password_reset, user_signed_up
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_noop
from django_tasks import task

from accounts.models import Membership, Team, User
from accounts.signals import (
    access_refused,
    activity_changed,
    end_changed,
    member_removed,
    membership_changed,
    second_factor_required,
    sessions_ended,
    sign_in_stopped,
    team_renamed,
)
from integrations.audit import events, people_sentences
from integrations.audit.actors import COMMAND, Actor
from integrations.audit.models import PORTAL, Source, SubjectKind
from integrations.audit.recorder import Scope
from integrations.audit.sentences import Sentence
from integrations.audit.strangers import others_before
from integrations.audit.subjects import Subject
from integrations.audit.visibility import visible_accounts
from ktportal.encryption import decrypt, encrypt
from ktportal.mail import QUEUE

_LONGEST_SLUG: Final = 50
_NOT_SIGNED_IN: Final = "sign-in that failed"


def _in_every_team(sentence: Sentence, actor: Actor, user: User | None, **parameters: Any) -> None:
    """Each team that a person belongs to reads of it in its own log, deactivated or not; what concerns no team goes
    to the portal's."""
    teams = list(user.memberships.not_ended().values_list("team_id", flat=True)) if user else []
    for team_id in teams or [PORTAL]:
        events.record(sentence, actor, Scope(team_id), **parameters)


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    _in_every_team(people_sentences.SIGNED_IN, Actor.of(request, user), user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user:
        _in_every_team(people_sentences.SIGNED_OUT, Actor.of(request, user), user)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        _not_signed_in(people_sentences.SIGN_IN_FAILED, credentials, request)


@receiver(sign_in_stopped)
def stopped_sign_in(credentials: dict[str, Any], request: HttpRequest, **_: Any) -> None:
    _not_signed_in(people_sentences.SIGN_IN_STOPPED, credentials, request)


def _not_signed_in(sentence: Sentence, credentials: dict[str, Any], request: HttpRequest) -> None:
    tried = str(credentials.get("email") or credentials.get("username") or "")
    told = [sentence.key, tried, asdict(Actor.of(request)), now().isoformat()]
    write_not_signed_in.enqueue(encrypt(json.dumps(told), _NOT_SIGNED_IN))


@task(queue_name=QUEUE, priority=-10)
def write_not_signed_in(sealed: str) -> None:
    """Write of a sign-in that failed, given encrypted. It takes longer where there is an account, and in many teams: so
    it is done in the background, and no answer tells who has one."""
    key, tried, told, moment = json.loads(decrypt(sealed, _NOT_SIGNED_IN))
    sentence = next(
        each for each in (people_sentences.SIGN_IN_FAILED, people_sentences.SIGN_IN_STOPPED) if each.key == key
    )
    actor = Actor(**told | {"source": Source(told["source"])})
    user, at = User.objects.with_address(tried), datetime.fromisoformat(moment)
    if user:
        _in_every_team(sentence, actor, user, at=at, person=str(user))
    else:
        _by_stranger(sentence, actor, at, Subject(SubjectKind.EMAIL, tried).label)


def _by_stranger(sentence: Sentence, actor: Actor, at: datetime, person: str) -> None:
    others = others_before(sentence.key)
    if others is None:
        return
    if others and sentence is people_sentences.SIGN_IN_FAILED:
        events.record(people_sentences.SIGN_INS_FAILED, actor, Scope(PORTAL), at=at, person=person, more=others)
    else:
        events.record(sentence, actor, Scope(PORTAL), at=at, person=person)


@receiver(access_refused)
def refused_access(request: HttpRequest, membership: Membership | None, is_missing: bool, **_: Any) -> None:
    """In the log of the team in whose pages a member of it tried; what others try in there is none of that team's, and
    does not tell whether there is one."""
    team_id, kind = membership.team_id if membership else PORTAL, "missing" if is_missing else "forbidden"
    others = others_before(f"refused:{team_id}:{request.user.pk}:{kind}")
    match = request.resolver_match
    if others is None or match is None:
        return
    one, several = _REFUSED_ACCESS[is_missing]
    scope = _scope(membership, match.kwargs.get("account", "")) if membership else Scope(PORTAL)
    told: dict[str, Any] = {"more": others} if others else {}
    if membership and (tried := _tried(match.kwargs, scope)):
        told["tried"] = tried
    events.record(several if others else one, Actor.of(request), scope, page=match.url_name, **told)


_REFUSED_ACCESS = {
    True: (people_sentences.PAGE_MISSED, people_sentences.PAGES_MISSED),
    False: (people_sentences.PAGE_REFUSED, people_sentences.PAGES_REFUSED),
}


def _tried(named: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """What an address names: a client account that is not the entry's, as it was typed, whether or not there is one,
    and things by number. So the entry tells who has typed it nothing else. Other texts, which can be secret, are not
    kept."""
    is_of_team = scope.account_id is None and "account" in named
    tried = {"client": str(named["account"])[:_LONGEST_SLUG]} if is_of_team else {}
    numbers = [str(value) for value in named.values() if isinstance(value, int)]
    return tried | ({"numbers": ", ".join(numbers)} if numbers else {})


def _scope(membership: Membership, slug: str) -> Scope:
    """The client account in whose pages a member is, if they may see it; else the team."""
    account = visible_accounts(membership).filter(slug=slug).first()
    return Scope(membership.team_id, account.pk, str(account)) if account else Scope(membership.team_id)


@receiver(user_signed_up)
def signed_up(request: HttpRequest, user: User, *, is_invited: bool = False, **_: Any) -> None:
    """Of who joins by an invitation the room of members tells, before it tells of that."""
    if not is_invited:
        _in_every_team(people_sentences.SIGNED_UP, Actor.of(request, user), user)


@receiver(password_changed)
def changed_password(request: HttpRequest, user: User, **_: Any) -> None:
    _in_every_team(people_sentences.PASSWORD_CHANGED, Actor.of(request, user), user)


@receiver(password_reset)
def reset_password(request: HttpRequest, user: User, **_: Any) -> None:
    _in_every_team(people_sentences.PASSWORD_RESET, Actor.of(request, user), user)


@receiver(authenticator_added)
def added_authenticator(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    made = authenticator.type == Authenticator.Type.RECOVERY_CODES
    sentence = people_sentences.RECOVERY_CODES_MADE if made else people_sentences.SECOND_FACTOR_ADDED
    _in_every_team(sentence, Actor.of(request, user), user)


@receiver(authenticator_reset)
def reset_recovery_codes(request: HttpRequest, user: User, **_: Any) -> None:
    _in_every_team(people_sentences.RECOVERY_CODES_MADE, Actor.of(request, user), user)


@receiver(authenticator_removed)
def removed_authenticator(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _in_every_team(people_sentences.SECOND_FACTOR_REMOVED, Actor.of(request, user), user)


@receiver(authentication_failed)
def refused_second_factor(request: HttpRequest, user: User | None = None, **_: Any) -> None:
    if user:
        _in_every_team(people_sentences.SECOND_FACTOR_REFUSED, Actor.of(request), user, person=str(user))


@receiver(sessions_ended)
def ended_sessions(user: User, by: User | None, are_all: bool, **_: Any) -> None:
    if are_all:
        _ended_all(user, by)
    else:
        _in_every_team(people_sentences.SESSION_ENDED, _actor(by), user)


def _ended_all(user: User, by: User | None) -> None:
    """Teams that the actor is not in read no name of theirs."""
    teams = set(user.memberships.not_ended().values_list("team_id", flat=True)) or {PORTAL}
    own = teams if by in (None, user) else set(by.memberships.not_ended().values_list("team_id", flat=True))
    for team_id in teams:
        actor = _actor(by) if team_id in own else Actor(gettext_noop("an admin of another team"))
        events.record(people_sentences.SESSIONS_ENDED, actor, Scope(team_id), person=str(user))


@receiver(activity_changed)
def changed_activity(user: User, **_: Any) -> None:
    sentence = people_sentences.REACTIVATED if user.is_active else people_sentences.DEACTIVATED
    _in_every_team(sentence, COMMAND, user, person=str(user))


@receiver(email_changed)
def changed_email(request: HttpRequest, user: User, **_: Any) -> None:
    _in_every_team(people_sentences.EMAIL_CHANGED, Actor.of(request, user), user)


@receiver(second_factor_required)
def required_second_factor(team: Team, since: datetime | None, by: User, **_: Any) -> None:
    if since:
        day = {"day": localdate(since).isoformat()}
        events.record(people_sentences.SECOND_FACTOR_REQUIRED, _actor(by), Scope(team.pk), day=day)
    else:
        events.record(people_sentences.SECOND_FACTOR_NOT_REQUIRED, _actor(by), Scope(team.pk))


@receiver(membership_changed)
def role_changed(membership: Membership, before: str | None, by: User | None, is_invited: bool, **_: Any) -> None:
    """Of who joins by an invitation the room of members tells, which knows it."""
    if is_invited:
        return
    if before:
        _of_member(people_sentences.ROLE_CHANGED, membership, by, before={"role": before})
    else:
        _of_member(
            people_sentences.MEMBER_JOINED if by == membership.user else people_sentences.MEMBER_ADDED, membership, by
        )


@receiver(end_changed)
def changed_end(membership: Membership, by: User | None, **_: Any) -> None:
    if membership.last_day:
        _of_member(people_sentences.END_SET, membership, by, day={"day": membership.last_day.isoformat()})
    else:
        _of_member(people_sentences.END_REMOVED, membership, by)


@receiver(member_removed)
def removed_member(membership: Membership, by: User | None, **_: Any) -> None:
    _of_member(
        people_sentences.MEMBER_LEFT if by == membership.user else people_sentences.MEMBER_REMOVED, membership, by
    )


@receiver(team_renamed)
def renamed_team(team: Team, before: str, by: User, **_: Any) -> None:
    events.record(people_sentences.TEAM_RENAMED, _actor(by), Scope(team.pk), before=before, team=team.name)


def _actor(by: User | None) -> Actor:
    """Who did it, from where: signals of services know of no request, so it is the one in hand."""
    if by is None:
        return COMMAND
    return Actor.of(context.request, by) if context.request else Actor(str(by), by.pk, email=by.email)


def _of_member(sentence: Sentence, membership: Membership, by: User | None, **parameters: Any) -> None:
    about: dict[str, Any] = {"person": str(membership.user), "role": {"role": membership.role}}
    events.record(sentence, _actor(by), Scope(membership.team_id), **about, **parameters)
