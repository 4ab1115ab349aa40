from datetime import date
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Membership, Team, User
from accounts.roles import Role
from integrations.audit.actors import Actor
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.contacts.models import Basis, Origin
from integrations.tools.models import ListbuildingKey

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
        self.emailaddress_set.create(email=self.email, verified=True, primary=True)


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
    """A client account; `customer_key="…"` connects it."""

    class Meta:
        model = ClientAccount
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Client {n}")
    slug = factory.Sequence(lambda n: f"client-{n}")

    @factory.post_generation
    def customer_key(self: ClientAccount, create: bool, extracted: str | None, **_: Any) -> None:
        if extracted:
            credential = Credential(account=self, stored_at=timezone.now())
            credential.secret = extracted
            credential.save()
            self.connection, self.checked_at = Connection.CONNECTED, timezone.now()
            self.save()


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


class ListbuildingKeyFactory(DjangoModelFactory):
    """A stored listbuilding key; `secret="…"` is what KlickTipp knows it by."""

    class Meta:
        model = ListbuildingKey

    account = factory.SubFactory(ClientAccountFactory)
    label = factory.Sequence(lambda n: f"Sign-up form {n}")
    secret = factory.Sequence(lambda n: f"listbuilding-key-{n:04}")
    stored_at = factory.LazyFunction(timezone.now)


def actor(user: User | None = None) -> Actor:
    return Actor(str(user), user.pk, email=user.email) if user else Actor("Alex")
