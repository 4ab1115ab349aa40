"""Customer keys: tested at KlickTipp before they are stored, bound to one KlickTipp account, and removed."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from accounts.slugs import create_with_free_slug
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.recorder import Action, Scope
from integrations.clients import actions, gateway
from integrations.clients.models import ClientAccount, Connection, Credential, ReferenceKind
from integrations.clients.reference import keep
from integrations.klicktipp import AccessDenied, KlickTipp, NotFound, OptinProcess


class OtherAccount(Exception):
    """The key is another KlickTipp account's than the one this client is bound to."""

    def __init__(self, bound_to: str, key_of: str) -> None:
        super().__init__(bound_to, key_of)
        self.bound_to, self.key_of = bound_to, key_of


class TakenByOtherClient(Exception):
    """Another client of the team is bound to the key's KlickTipp account."""

    def __init__(self, account: ClientAccount) -> None:
        super().__init__(account)
        self.account = account


@dataclass(frozen=True)
class Identity:
    """Which KlickTipp account a key opens: `value` to compare, `name` for people."""

    value: str
    name: str


@dataclass(frozen=True)
class TestedKey:
    """A key that KlickTipp has just accepted."""

    customer_key: str
    identity: Identity
    optin_processes: tuple[OptinProcess, ...]


def _identify(api: KlickTipp, optin_processes: tuple[OptinProcess, ...]) -> Identity:
    """The uid of `GET /account`; where that is refused, the id of the opt-in process without a name, which every
    account has once."""
    try:
        account = api.get_account()
    except (AccessDenied, NotFound):
        predefined = next((process.id for process in optin_processes if process.is_predefined), "")
        return Identity(f"optin:{predefined}", "")
    return Identity(f"uid:{account.id}", account.username or account.email or account.id)


def _test(api: KlickTipp, customer_key: str) -> TestedKey:
    """List the opt-in processes, as the official connectors do, and see whose key this is."""
    optin_processes = api.list_optin_processes()
    return TestedKey(customer_key, _identify(api, optin_processes), optin_processes)


def _test_new(customer_key: str, scope: Scope, actor: Actor, action_id: UUID) -> TestedKey:
    action = Action(actions.KEY_TESTED, actor, {"key": customer_key[-4:]}, action_id)
    return _test(gateway.connect_with(customer_key, scope, action), customer_key)


def _refuse_wrong_account(identity: Identity, team: Team, account: ClientAccount | None) -> None:
    if account and account.identity and account.identity != identity.value:
        raise OtherAccount(account.identity_name or account.identity, identity.name or identity.value)
    others = team.accounts.exclude(pk=account.pk) if account else team.accounts.all()
    if other := others.filter(identity=identity.value).first():
        raise TakenByOtherClient(other)


def _store(account: ClientAccount, tested: TestedKey, actor: Actor) -> None:
    Credential.objects.shared().filter(account=account).delete()
    credential = Credential(account=account, stored_by_id=actor.user_id, stored_at=timezone.now())
    credential.secret = tested.customer_key
    credential.save()
    account.identity, account.identity_name = tested.identity.value, tested.identity.name
    account.connection, account.checked_at = Connection.CONNECTED, timezone.now()
    account.save()
    keep(account, ReferenceKind.OPTIN_PROCESSES, tested.optin_processes)
    events.record(actions.KEY_STORED, actor, account.scope, key=credential.last_four)


def add_client(team: Team, name: str, colour: str, customer_key: str, actor: Actor, action_id: UUID) -> ClientAccount:
    """A new client account with a shared customer key that KlickTipp has accepted.

    Raises the library's errors, `Obstructed` and `TakenByOtherClient`; nothing is stored then.
    """
    tested = _test_new(customer_key, Scope(team.pk, account_label=name), actor, action_id)
    _refuse_wrong_account(tested.identity, team, None)
    with transaction.atomic():
        account = create_with_free_slug(
            lambda slug: ClientAccount.objects.create(team=team, name=name, slug=slug, colour=colour),
            name,
            "client",
            reserved={"new"},
        )
        events.record(actions.CLIENT_ADDED, actor, account.scope)
        _store(account, tested, actor)
    return account


def replace_key(account: ClientAccount, customer_key: str, actor: Actor, action_id: UUID) -> None:
    """Store another shared customer key for the same KlickTipp account.

    Raises the library's errors, `Obstructed`, `OtherAccount` and `TakenByOtherClient`; the old key stays then.
    """
    tested = _test_new(customer_key, account.scope, actor, action_id)
    _refuse_wrong_account(tested.identity, account.team, account)
    with transaction.atomic():
        _store(account, tested, actor)


def check_connection(account: ClientAccount, actor: Actor, action_id: UUID) -> None:
    """Test the stored key again and remember what KlickTipp said. Raises the library's errors and `Obstructed`."""
    credential = gateway.credential_for(account, None)
    api = gateway.connect(
        account, Action(actions.KEY_TESTED, actor, {"key": credential.last_four if credential else ""}, action_id)
    )
    try:
        optin_processes = api.list_optin_processes()
    except AccessDenied:
        _remember(account, Connection.REFUSED)
        raise
    _remember(account, Connection.CONNECTED)
    keep(account, ReferenceKind.OPTIN_PROCESSES, optin_processes)


def _remember(account: ClientAccount, connection: Connection) -> None:
    account.connection, account.checked_at = connection, timezone.now()
    account.save(update_fields=["connection", "checked_at"])


def remove_key(account: ClientAccount, actor: Actor) -> None:
    """Forget the shared customer key. At KlickTipp it stays valid until it is revoked there."""
    with transaction.atomic():
        credential = account.credentials.shared().first()
        if credential is None:
            return
        credential.delete()
        account.connection = Connection.NONE
        account.save(update_fields=["connection"])
        events.record(actions.KEY_REMOVED, actor, account.scope, key=credential.last_four)
