from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.roles import CAPABILITIES, TEAM_WIDE, Capability, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save()
        return user

    def with_address(self, email: str) -> User | None:
        """Who signs in with this address, large or small letters alike; others that look like it are other addresses,
        whatever a database takes for the same letter."""
        return self.filter(email=email.strip().lower()).first()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who signs in with an email address."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **options: Any) -> None:
        """As always, but that a person who was loaded earlier does not bring ended sessions back."""
        if self.pk and not options.get("force_insert") and options.get("update_fields") is None:
            named = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            options["update_fields"] = named - {"session_epoch"}
        super().save(*args, **options)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end with the password, as in Django, and with the epoch, which `sessions.end_all` moves on."""
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        valid_for = f"{self.password}{self.session_epoch or ''}"
        return salted_hmac(salt, valid_for, secret=secret, algorithm="sha256").hexdigest()


class Team(models.Model):
    """An agency, or one person: the tenant that everything else belongs to."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=50, unique=True)
    second_factor_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def not_ended(self, at: datetime | None = None) -> MembershipQuerySet:
        return self.filter(models.Q(ends_at=None) | models.Q(ends_at__gt=at or Now()))

    def current(self, at: datetime | None = None) -> MembershipQuerySet:
        """Those that give access: not ended, and the person may sign in."""
        return self.not_ended(at).filter(user__is_active=True)


class Membership(models.Model):
    """A person's place in a team, with a role, for good or until `ends_at`.

    A limited member sees only the clients that they are given, however many or few of these there are still.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    is_limited = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="one_membership_per_team"),
            models.CheckConstraint(condition=~models.Q(role=Role.OWNER, is_limited=True), name="owners_see_everything"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}) in {self.team}"

    @property
    def has_ended(self) -> bool:
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def last_day(self) -> date | None:
        """The last day on which the membership gives access."""
        return self.ends_at and timezone.localdate(self.ends_at - timedelta(microseconds=1))

    def may(self, capability: Capability) -> bool:
        if self.is_limited and capability in TEAM_WIDE:
            return False
        return capability in CAPABILITIES[Role(self.role)]

    def may_give(self, role: str) -> bool:
        """Whether this member may give others the role, and change those who have it."""
        return self.may(Capability.MANAGE_TEAM if role == Role.OWNER else Capability.MANAGE_MEMBERS)
