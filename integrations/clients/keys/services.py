"""Customer keys and API users: tested at KlickTipp before they are stored, bound to one KlickTipp account, removed.

A client account has one shared key, and each user may have one of their own, which is used for that user's calls.
Where a function takes a `user_id`, it is about that user's own key; without one, about the shared key. An API user
with its password can stand in the place of each key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Team
from accounts.slugs import create_with_free_slug
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.models import KeyOwner
from integrations.audit.recorder import Action, Scope
from integrations.audit.sentences import Sentence
from integrations.clients import sentences
from integrations.clients.calls import gateway, health
from integrations.clients.errors import OtherAccount, StoredMeanwhile, TakenByOtherClient, UntoldAccount
from integrations.clients.identity import Identity
from integrations.clients.keys.throttle import count_test
from integrations.clients.lists import keep
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Connection, Credential, ReferenceKind
from integrations.clients.signals import client_changed, client_connected
from integrations.klicktipp import AccessDenied, KlickTipp, NotFound, OptinProcess
from integrations.messages import Obstacle
from integrations.phone_numbers import known_country


@dataclass(frozen=True)
class TestedLogin:
    """A login that KlickTipp has just accepted, and whose it is."""

    login: Login
    identity: Identity
    optin_processes: tuple[OptinProcess, ...]


def _identify(api: KlickTipp, optin_processes: tuple[OptinProcess, ...]) -> Identity:
    """The account by all that KlickTipp tells of it."""
    predefined = next((process.id for process in optin_processes if process.is_predefined), None)
    try:
        account = api.get_account()
    except (AccessDenied, NotFound):
        return Identity(predefined_process_id=predefined)
    return Identity(account.id, predefined, account.username or account.email, known_country(account.country))


def _test(login: Login, scope: Scope, action: Action) -> TestedLogin:
    """List the opt-in processes, as the official connectors do, and see whose login this is."""
    count_test(action.actor, scope)
    api = gateway.connect_with(login, scope, action)
    optin_processes = api.list_optin_processes()
    identity = _identify(api, optin_processes)
    if not identity:
        raise UntoldAccount
    return TestedLogin(login, identity, optin_processes)


def sentence_of_key(sentence: Sentence, of: Login | Credential) -> tuple[Sentence, dict[str, Any]]:
    """A sentence about a customer key with what completes it, or the one that stands for it of an API user."""
    if of.is_api_user:
        return sentences.BY_API_USER[sentence.key], {"api_user": of.username}
    return sentence, {"key": last_four_or_dots(of.last_four)}


def _action(sentence: Sentence, of: Login | Credential, actor: Actor, action_id: UUID) -> Action:
    sentence, parameters = sentence_of_key(sentence, of)
    return Action(sentence, actor, parameters, id=action_id)


def _testing(of: Login | Credential, actor: Actor, action_id: UUID, user_id: int | None) -> Action:
    return _action(sentences.OWN_KEY_TESTED if user_id else sentences.KEY_TESTED, of, actor, action_id)


def try_for_new(team: Team, name: str, login: Login, actor: Actor, action_id: UUID) -> TestedLogin:
    """Test a login that is to open a new client account; `name` is "" where that follows from the login.

    Raises the library's errors, `Obstructed`, `TooManyTests`, `UntoldAccount` and `TakenByOtherClient`.
    """
    sentence = sentences.KEY_TESTED if name else sentences.KEY_TESTED_FOR_NEW
    action = _action(sentence, login, actor, action_id)
    scope = Scope(team.pk, account_label=name)
    with _telling_refusals(login, actor, scope):
        tested = _test(login, scope, action)
        _must_be_free(team, None, tested.identity)
    return tested


def try_for(
    account: ClientAccount, login: Login, actor: Actor, action_id: UUID, user_id: int | None = None
) -> TestedLogin:
    """Test a login that is to be stored for an account.

    Raises the library's errors, `Obstructed`, `TooManyTests`, `UntoldAccount`, `OtherAccount` and
    `TakenByOtherClient`.
    """
    with _telling_refusals(login, actor, account.scope):
        tested = _test(login, account.scope, _testing(login, actor, action_id, user_id))
        _must_be_of(account, tested.identity)
        _must_be_free(account.team, account, tested.identity)
    return tested


_REFUSALS: Final[dict[type[Exception], Sentence]] = {
    AccessDenied: sentences.KEY_DENIED,
    OtherAccount: sentences.KEY_REFUSED,
    TakenByOtherClient: sentences.KEY_TAKEN,
}


@contextmanager
def _telling_refusals(login: Login, actor: Actor, scope: Scope) -> Iterator[None]:
    """Puts into the log that KlickTipp does not accept a login, or that it is not one for this client."""
    try:
        yield
    except (AccessDenied, OtherAccount, TakenByOtherClient) as error:
        sentence, parameters = sentence_of_key(_REFUSALS[type(error)], login)
        events.record(sentence, actor, scope, **parameters)
        raise


def _must_be_of(account: ClientAccount, identity: Identity) -> None:
    """Refuse what is not, or cannot be seen to be, of the KlickTipp account that this client is bound to."""
    if account.identity:
        is_same = account.identity.is_same(identity)
        if is_same is None:
            raise UntoldAccount
        if not is_same:
            raise OtherAccount(account.identity, identity)


def _must_be_free(team: Team, account: ClientAccount | None, identity: Identity) -> None:
    """Refuse a KlickTipp account that another client of the team is bound to."""
    others = team.accounts.exclude(pk=account.pk) if account else team.accounts.all()
    if other := others.bound_to(identity).first():
        raise TakenByOtherClient(other)


def name_for(team: Team, identity: Identity) -> str:
    """A name for a client account that nobody has named: its KlickTipp account's, else the team's."""
    return identity.name or team.name


def is_used_by_another_team(team: Team, identity: Identity) -> bool:
    """Whether another team has a login for this KlickTipp account, too."""
    return ClientAccount.objects.bound_to(identity).exclude(team=team).filter(credentials__isnull=False).exists()


def last_four_or_dots(four: str) -> str:
    """The last four of a key as they complete a sentence; something must stand there for a short key, too."""
    return four or "•••"


@contextmanager
def _binding(team: Team, account: ClientAccount | None, identity: Identity) -> Iterator[None]:
    """A transaction that binds an account, old or new. The database refuses what another client is bound to."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _must_be_free(team, account, identity)
        raise


def _store(
    account: ClientAccount, tested: TestedLogin, actor: Actor, action_id: UUID, user_id: int | None = None
) -> None:
    """Put the login in the place of the one before. The caller holds the transaction and the account's lock."""
    sentence = sentences.OWN_KEY_STORED if user_id else sentences.KEY_STORED
    events.record_once(_action(sentence, tested.login, actor, action_id), account.scope)
    account.credentials.held_by(user_id).delete()
    credential = Credential(account=account, user_id=user_id, stored_by_id=actor.user_id, stored_at=timezone.now())
    credential.login = tested.login
    credential.save()
    if credential.owner is KeyOwner.SHARED:
        account.connection, account.checked_at = Connection.CONNECTED, timezone.now()
        account.save(update_fields=["connection", "checked_at"])
        transaction.on_commit(partial(client_connected.send, ClientAccount, account=account))
    keep(account, ReferenceKind.OPTIN_PROCESSES, tested.optin_processes)
    client_changed.send(ClientAccount, account_id=account.pk)


def _bind(account: ClientAccount, identity: Identity, by_api_user: bool) -> None:
    """Learn what is new of the account's identity. What is known wins over what an API user, a sub-account, tells.

    The caller holds the transaction and the account's lock.
    """
    known = account.identity
    if known.is_same(identity) is False:
        raise OtherAccount(known, identity)
    account.identity = identity.updated_by(known) if by_api_user else known.updated_by(identity)
    account.save(update_fields=["uid", "predefined_process_id", "identity_name", "country"])


def add_client(team: Team, name: str, colour: str, tested: TestedLogin, actor: Actor, action_id: UUID) -> ClientAccount:
    """A new client account with a shared login that has been tested for it.

    Raises `TakenByOtherClient`, and `AlreadyStarted` when this action has stored it before; nothing is stored then.
    """

    def create(slug: str) -> ClientAccount:
        account = ClientAccount(team=team, name=name, slug=slug, colour=colour)
        account.identity = tested.identity
        account.save()
        return account

    with _binding(team, None, tested.identity):
        account = create_with_free_slug(create, team.accounts.all(), name, "client", reserved={"new"})
        events.record(sentences.CLIENT_ADDED, actor, account.scope)
        _store(account, tested, actor, action_id)
    return account


def must_be_as_shown(account: ClientAccount, user_id: int | None, shown: str | None) -> None:
    """Raise `StoredMeanwhile` where another key or API user is stored than the form showed.

    shown: the ID of the credential that the form showed, "" for none, None where no form showed any
    """
    present = account.credentials.held_by(user_id).select_related("account", "stored_by").first()
    if present and shown not in (None, str(present.pk)):
        raise StoredMeanwhile(present)


def store(
    account: ClientAccount,
    tested: TestedLogin,
    actor: Actor,
    action_id: UUID,
    user_id: int | None = None,
    shown: str | None = None,
) -> None:
    """Store a login that has been tested for this account; it takes the place of the one before, which the form has
    `shown`.

    Raises `StoredMeanwhile`, `UntoldAccount`, `OtherAccount` and `TakenByOtherClient`, as much can have happened since
    the test, and `AlreadyStarted` when this action has stored it before; the old login stays then.
    """
    try:
        with _binding(account.team, account, tested.identity):
            locked = ClientAccount.objects.select_for_update().get(pk=account.pk)
            must_be_as_shown(locked, user_id, shown)
            _must_be_of(locked, tested.identity)
            _bind(locked, tested.identity, tested.login.is_api_user)
            _store(locked, tested, actor, action_id, user_id)
    except StoredMeanwhile:
        sentence, parameters = sentence_of_key(sentences.KEY_KEPT, tested.login)
        events.record(sentence, actor, account.scope, **parameters)
        raise


def check_connection(account: ClientAccount, actor: Actor, action_id: UUID, user_id: int | None = None) -> None:
    """Test the stored key again and remember what KlickTipp said, unless the key was changed meanwhile.

    Raises the library's errors, `Obstructed`, `TooManyTests`, `OtherAccount` and `TakenByOtherClient`.
    """
    credential = account.credentials.held_by(user_id).first()
    action = _testing(credential or Login.by_customer_key(""), actor, action_id, user_id)
    if credential is None:
        raise gateway.not_connected(account, action, Obstacle.NO_OWN_KEY if user_id else Obstacle.NOT_CONNECTED)
    count_test(actor, account.scope)
    _check(credential, action)


def check_stored(credential: Credential, actor: Actor, action_id: UUID, seconds: float | None = None) -> None:
    """Test a stored login, as `check_connection` does, for one of many checks that are limited together.

    seconds: for its calls together; the deadline of a page unless told
    """
    _check(credential, _testing(credential, actor, action_id, credential.user_id), seconds)


def _check(credential: Credential, action: Action, seconds: float | None = None) -> None:
    account = credential.account
    api = gateway.connect_by(credential, account, action, seconds=seconds)
    optin_processes = api.list_optin_processes()
    health.remember(credential, Connection.CONNECTED)
    identity = _identify(api, optin_processes)
    with _binding(account.team, account, identity):
        if locked := health.locked_while_stored(credential):
            _bind(locked, identity, credential.is_api_user)
            keep(locked, ReferenceKind.OPTIN_PROCESSES, optin_processes)


def remove_key(account: ClientAccount, actor: Actor, user_id: int | None = None) -> None:
    """Forget a customer key, or an API user with its session. At KlickTipp both stay valid until revoked there."""
    with transaction.atomic():
        locked = ClientAccount.objects.select_for_update().get(pk=account.pk)
        credential = locked.credentials.held_by(user_id).first()
        if credential is None:
            return
        credential.delete()
        if credential.owner is KeyOwner.SHARED:
            locked.connection = Connection.NONE
            locked.save(update_fields=["connection"])
        sentence = sentences.OWN_KEY_REMOVED if user_id else sentences.KEY_REMOVED
        sentence, parameters = sentence_of_key(sentence, credential)
        events.record(sentence, actor, locked.scope, **parameters)
        client_changed.send(ClientAccount, account_id=account.pk)
