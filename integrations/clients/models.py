from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team, User
from accounts.roles import Capability, roles_with
from accounts.texts import plain
from integrations.audit.models import KeyOwner
from integrations.audit.recorder import Scope
from integrations.clients.identity import Identity
from integrations.clients.logins import CredentialKind, Login
from integrations.phone_numbers import HOME
from ktportal import encryption


class Colour(models.TextChoices):
    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    PURPLE = "purple", _("Purple")
    SLATE = "slate", _("Slate")


class Connection(models.TextChoices):
    NONE = "none", _("not connected")
    CONNECTED = "connected", _("connected")
    REFUSED = "refused", _("access refused")


class ClientAccountQuerySet(models.QuerySet["ClientAccount"]):
    def free_colour(self) -> str:
        """The first of the colours that the fewest of these client accounts have."""
        used = Counter(self.values_list("colour", flat=True))
        return min(Colour.values, key=lambda colour: used[colour])

    def visible_to(self, membership: Membership) -> ClientAccountQuerySet:
        """The client accounts of the membership's team that its holder may see: every query starts here."""
        accounts = self.filter(team=membership.team_id)
        return accounts.filter(access__membership=membership) if membership.is_limited else accounts

    def bound_to(self, identity: Identity) -> ClientAccountQuerySet:
        """Those that are bound to this KlickTipp account, by either way of knowing it."""
        known = models.Q()
        if identity.uid:
            known |= models.Q(uid=identity.uid)
        if identity.predefined_process_id is not None:
            known |= models.Q(predefined_process_id=identity.predefined_process_id)
        return self.filter(known) if known else self.none()


def by_name(accounts: Iterable[ClientAccount]) -> list[ClientAccount]:
    """Client accounts as a reader looks for them: Bäckerei before Bergwind."""
    return sorted(accounts, key=lambda account: (plain(account.name), account.pk))


class ClientAccount(models.Model):
    """A client's KlickTipp account. In code `account` always means one of these.

    country: by its two letters, as KlickTipp has told it or a person has chosen; "" while it is not known
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="accounts")
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=50)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, default=Colour.BLUE)
    connection = models.CharField(max_length=10, choices=Connection.choices, default=Connection.NONE)
    checked_at = models.DateTimeField(null=True)
    uid = models.CharField(max_length=60, blank=True)
    predefined_process_id = models.BigIntegerField(null=True)
    identity_name = models.CharField(max_length=254, blank=True)
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = ClientAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="one_account_per_slug"),
            models.UniqueConstraint(fields=["team", "uid"], name="one_account_per_uid", condition=~models.Q(uid="")),
            models.UniqueConstraint(fields=["team", "predefined_process_id"], name="one_account_per_process"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def identity(self) -> Identity:
        """Which KlickTipp account this client account is bound to."""
        return Identity(self.uid, self.predefined_process_id, self.identity_name, self.country)

    @identity.setter
    def identity(self, identity: Identity) -> None:
        self.uid, self.predefined_process_id = identity.uid, identity.predefined_process_id
        self.identity_name = identity.name
        self.country = self.country or identity.country

    @property
    def phone_country(self) -> str:
        """The country in which phone numbers without country code are dialled."""
        return self.country or HOME

    @property
    def scope(self) -> Scope:
        """Where the log keeps what is done with this account."""
        return Scope(self.team_id, self.pk, self.name)


class ClientAccess(models.Model):
    """A client account that a limited member sees. For others it means nothing: they see all."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="client_access")
    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="access")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "account"], name="one_access_per_client")]

    def __str__(self) -> str:
        return f"{self.membership} sees {self.account}"


class CredentialQuerySet(models.QuerySet["Credential"]):
    def held_by(self, user_id: int | None) -> CredentialQuerySet:
        """One user's own credentials; for None the shared ones."""
        return self.filter(user=user_id)

    def shared(self) -> CredentialQuerySet:
        return self.held_by(None)

    def of_nobody_entitled(self) -> CredentialQuerySet:
        """Users' own credentials for client accounts that they do not see, or for which their role may have none."""
        entitled = Membership.objects.not_ended().filter(
            models.Q(is_limited=False) | models.Q(client_access__account=models.OuterRef("account")),
            user=models.OuterRef("user"),
            team=models.OuterRef("account__team"),
            role__in=roles_with(Capability.STORE_OWN_KEY),
        )
        return self.filter(~models.Exists(entitled), user__isnull=False)


class Credential(models.Model):
    """A way into a client's KlickTipp account: shared by the team, or one user's own. The secret is encrypted.

    username: an API user's; nothing of its password is told, so `last_four` is empty
    encrypted_session, sign_in_…: an API user's session at KlickTipp, see `sessions`
    """

    LONGEST_USERNAME = 200

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="credentials")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="credentials")
    kind = models.CharField(max_length=20, choices=CredentialKind.choices, default=CredentialKind.CUSTOMER_KEY)
    encrypted_secret = models.TextField()
    last_four = models.CharField(max_length=4, blank=True)
    username = models.CharField(max_length=LONGEST_USERNAME, blank=True)
    stored_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stored_at = models.DateTimeField()
    encrypted_session = models.TextField(blank=True)
    sign_in_holder = models.UUIDField(null=True)
    sign_in_until = models.DateTimeField(null=True)
    sign_in_tried_at = models.DateTimeField(null=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="one_credential_per_user"),
            models.UniqueConstraint(fields=["account"], name="one_shared_credential", condition=models.Q(user=None)),
            models.CheckConstraint(
                condition=models.Q(kind=CredentialKind.CUSTOMER_KEY, username="")
                | (models.Q(kind=CredentialKind.API_USER, last_four="") & ~models.Q(username="")),
                name="nothing_told_of_passwords",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.username or f'…{self.last_four}'}"

    @property
    def owner(self) -> KeyOwner:
        return KeyOwner.SHARED if self.user_id is None else KeyOwner.OWN

    @property
    def purpose(self) -> str:
        """What its secret is encrypted for."""
        return f"credential of client account {self.account_id}"

    @property
    def purpose_of_session(self) -> str:
        return f"session of client account {self.account_id}"

    @property
    def secret(self) -> str:
        return encryption.decrypt(self.encrypted_secret, self.purpose)

    @secret.setter
    def secret(self, value: str) -> None:
        login = Login(CredentialKind(self.kind), value)
        self.encrypted_secret, self.last_four = encryption.encrypt(login.secret, self.purpose), login.last_four

    @property
    def login(self) -> Login:
        """What it takes to sign calls with it. Raises `Undecryptable`."""
        return Login(CredentialKind(self.kind), self.secret, self.username)

    @login.setter
    def login(self, login: Login) -> None:
        self.kind, self.username, self.secret = login.kind, login.username, login.secret

    @property
    def is_api_user(self) -> bool:
        return self.kind == CredentialKind.API_USER


class Grant(models.Model):
    """Somebody's way to KlickTipp's grant page and back: for whom, and for which key, it was begun.

    The state that the way back carries is kept as a hash. Without an account the key is to open a new client account,
    with this name, or with one that follows from the key, and this colour.
    """

    state_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    account = models.ForeignKey(ClientAccount, models.CASCADE, null=True, related_name="+")
    is_own = models.BooleanField(default=False)
    name = models.CharField(max_length=100, blank=True)
    colour = models.CharField(max_length=10, choices=Colour.choices, default=Colour.BLUE)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"grant for {self.account or self.name or 'a new client'} of {self.team}"

    @property
    def user_id_of_key(self) -> int | None:
        """Whose own key it is to be; None for a shared one."""
        return self.user_id if self.is_own else None

    @property
    def scope(self) -> Scope:
        return self.account.scope if self.account else Scope(self.team_id, account_label=self.name)


class ReferenceKind(models.TextChoices):
    OPTIN_PROCESSES = "optin_processes", _("Opt-in processes")
    TAGS = "tags", _("Tags")
    FIELDS = "fields", _("Data fields")
    SMARTTAGS = "smarttags", _("SmartTags")


class ReferenceSnapshot(models.Model):
    """The last good list of a client account's tags, data fields or opt-in processes; of its SmartTags, of which
    KlickTipp has no list, what was learnt."""

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="snapshots")
    kind = models.CharField(max_length=20, choices=ReferenceKind.choices)
    items = models.JSONField(default=list)
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="one_snapshot_per_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.account}"


class RemovedClient(models.Model):
    """A client account that was removed, of which something is kept: see `removed`. No foreign key, as it is gone."""

    team_id = models.BigIntegerField()
    account_id = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=100)
    removed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["team_id", "removed_at"], name="removed_clients_of_team")]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> Scope:
        return Scope(self.team_id, self.account_id, self.name)


class KeptKind(models.TextChoices):
    ORIGIN = "origin", _("Proofs of consent")
    SUPPRESSION = "suppression", _("Suppression list")


class KeptRow(models.Model):
    """A row that a removed client account had, as a table tells it."""

    client = models.ForeignKey(RemovedClient, models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=20, choices=KeptKind.choices)
    told = models.JSONField()

    def __str__(self) -> str:
        return f"{self.kind} of {self.client}"
