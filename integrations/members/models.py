from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership, Team, User
from accounts.roles import Capability, Role, roles_with
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount

VALID_FOR = timedelta(days=7)
ONCE_IN = timedelta(minutes=1)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> InvitationQuerySet:
        """Those that are neither accepted nor withdrawn, valid or not."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def valid(self) -> InvitationQuerySet:
        """Those that can be accepted: not expired, with a last day still to come if any, and whoever sent it may give
        the role still."""
        is_of_use = models.Q(last_day=None) | models.Q(last_day__gte=timezone.localdate())
        return self.unanswered().filter(self._sender_may_give(), is_of_use, expires_at__gt=Now())

    def without_right(self) -> InvitationQuerySet:
        """Those whose sender may not give the role any more."""
        return self.unanswered().exclude(self._sender_may_give())

    @staticmethod
    def _sender_may_give() -> models.Q:
        senders = Membership.objects.current().filter(
            user=models.OuterRef("invited_by"),
            team=models.OuterRef("team"),
            role__in=roles_with(Capability.MANAGE_MEMBERS),
            is_limited=False,
        )
        may_give = models.Q(models.Exists(senders)) & ~models.Q(role=Role.OWNER)
        may_give |= models.Q(models.Exists(senders.filter(role__in=roles_with(Capability.MANAGE_TEAM))))
        return may_give


class Invitation(models.Model):
    """A place in a team, offered to an email address; one per address, renewed when it is invited again.

    Whoever has the link of the mail may take it, once. Of its token only a hash is kept.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_limited = models.BooleanField(default=False)
    accounts = models.ManyToManyField(ClientAccount, related_name="+")
    last_day = models.DateField(null=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "email"], name="one_invitation_per_address")]

    def __str__(self) -> str:
        return f"{self.email} to {self.team}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def was_just_sent(self) -> bool:
        return self.sent_at is not None and timezone.now() < self.sent_at + ONCE_IN

    @property
    def subject(self) -> Subject:
        """The invited person, for the log."""
        return Subject(SubjectKind.EMAIL, self.email)
