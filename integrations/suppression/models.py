from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from integrations.audit.models import SubjectKind
from integrations.clients.models import ClientAccount
from integrations.phone_numbers import readable_masked


class Reason(models.TextChoices):
    DELETED = "deleted", _("deleted here")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed here")
    ENTERED = "entered", _("entered by hand")


class Suppression(models.Model):
    """An email address or SMS number that must not be added to a client account again.

    It is kept as the log keeps its subjects: a keyed hash to find it by, and a masked label for people.
    """

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="suppressions")
    kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    hash = models.CharField(max_length=64)
    label = models.CharField(max_length=254)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    note = models.CharField(max_length=200, blank=True)
    added_by = models.CharField(max_length=400)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "hash"], name="one_suppression_per_address")]

    def __str__(self) -> str:
        return readable_masked(self.label)
