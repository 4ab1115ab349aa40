from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Membership, Team, User
from accounts.roles import Role
from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.stream.models import Destination, Way
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errand import Errand
from integrations.clients.keys import services
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Colour, Connection, Credential
from integrations.contacts.adding.services import ByApi
from integrations.contacts.adding.submission import NewContact, Provenance, Submission
from integrations.contacts.models import Basis, Origin
from integrations.listbuilding.models import ListbuildingKey
from integrations.members.models import Invitation
from integrations.segments.models import Segment
from integrations.suppression.models import Reason, Suppression

PASSWORD = "a-long-test-password"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")

    @factory.post_generation
    def with_password(self: User, create: bool, extracted: Any, **_: Any) -> None:
        self.set_password(PASSWORD)
        self.save()
        EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = Role.OWNER


class ClientAccountFactory(DjangoModelFactory):
    """A client account; `customer_key="…"` or `api_user=("…", "password")` connects it."""

    class Meta:
        model = ClientAccount
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Client {n}")
    slug = factory.Sequence(lambda n: f"client-{n}")

    @factory.post_generation
    def customer_key(self: ClientAccount, create: bool, extracted: str | None, **_: Any) -> None:
        if extracted:
            _connect(self, Login.by_customer_key(extracted))

    @factory.post_generation
    def api_user(self: ClientAccount, create: bool, extracted: tuple[str, str] | None, **_: Any) -> None:
        if extracted:
            _connect(self, Login.by_api_user(*extracted))


def _connect(account: ClientAccount, login: Login) -> None:
    credential = Credential(account=account, stored_at=timezone.now())
    credential.login = login
    credential.save()
    account.connection, account.checked_at = Connection.CONNECTED, timezone.now()
    account.save()


class OriginFactory(DjangoModelFactory):
    class Meta:
        model = Origin

    account = factory.SubFactory(ClientAccountFactory)
    action = factory.Faker("uuid4", cast_to=None)
    basis = Basis.CONSENT
    subject_hash = "0" * 64
    source = "Trade fair"
    obtained_on = date(2026, 11, 1)
    added_by = "Alex"


class InvitationFactory(DjangoModelFactory):
    """A valid invitation that was sent a while ago; its token is its address."""

    class Meta:
        model = Invitation

    team = factory.SubFactory(TeamFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    role = Role.EDITOR
    invited_by = factory.LazyAttribute(lambda invitation: MembershipFactory(team=invitation.team).user)
    token_hash = factory.LazyAttribute(lambda invitation: sha256(invitation.email.encode()).hexdigest())
    sent_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3))


class DestinationFactory(DjangoModelFactory):
    """Where a team's log is sent to; the operator does not allow its host any more."""

    class Meta:
        model = Destination

    team = factory.SubFactory(TeamFactory)
    way = Way.HTTPS
    host = "formerly.example.com"
    port = 443
    token = "collector-token-4711"
    stored_at = factory.LazyFunction(timezone.now)


class SegmentFactory(DjangoModelFactory):
    """Contacts with a tag that the sandbox may have or not."""

    class Meta:
        model = Segment

    account = factory.SubFactory(ClientAccountFactory)
    name = factory.Sequence(lambda n: f"Segment {n}")
    rule = {"of": "all", "parts": [{"tag": 5, "name": "Newsletter"}], "statuses": [], "bounces": []}


class SuppressionFactory(DjangoModelFactory):
    class Meta:
        model = Suppression

    account = factory.SubFactory(ClientAccountFactory)
    kind = SubjectKind.EMAIL
    hash = factory.Sequence(lambda n: f"{n:064x}")
    label = "r•••@klick-tipp.team"
    reason = Reason.ENTERED
    added_by = "Alex"


def add_client(team: Team, name: str, customer_key: str) -> ClientAccount:
    """A client account with a shared key that KlickTipp has accepted."""
    tested = services.try_for_new(team, name, Login.by_customer_key(customer_key), actor(), uuid4())
    return services.add_client(team, name, Colour.TEAL, tested, actor(), uuid4())


def store_key(account: ClientAccount, customer_key: str, user: User | None = None) -> None:
    """Store a key that KlickTipp has accepted: the shared one, or the user's own."""
    user_id = user.pk if user else None
    tested = services.try_for(account, Login.by_customer_key(customer_key), actor(user), uuid4(), user_id)
    services.store(account, tested, actor(user), uuid4(), user_id)


class ListbuildingKeyFactory(DjangoModelFactory):
    """A stored listbuilding key; `secret="…"` is what KlickTipp knows it by."""

    class Meta:
        model = ListbuildingKey

    account = factory.SubFactory(ClientAccountFactory)
    label = factory.Sequence(lambda n: f"Sign-up form {n}")
    secret = factory.Sequence(lambda n: f"listbuilding-key-{n:04}")
    stored_at = factory.LazyFunction(timezone.now)


def add_contact(account: ClientAccount, new: NewContact, added_by: Actor, action: UUID) -> None:
    """Add a contact by the API, as the form does once its address was looked up."""
    provenance = Provenance("consent", "Trade fair", date(2026, 11, 1))
    ByApi(Submission(Errand(account, added_by), new, provenance, action)).send(None, Deadline())


def actor(user: User | None = None) -> Actor:
    return Actor(str(user), user.pk, email=user.email) if user else Actor("Alex")


def errand(account: ClientAccount, user: User | None = None) -> Errand:
    """What a request of this person, or of somebody, knows."""
    return Errand(account, actor(user))
