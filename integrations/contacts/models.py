from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from integrations.clients.models import ClientAccount


class Basis(models.TextChoices):
    CONSENT = "consent", _("Consent of the person")
    EXISTING_CUSTOMER = "existing_customer", _("Existing customer, § 7 (3) UWG")
    OTHER = "other", _("Other legal basis")


class Origin(models.Model):
    """Why a contact could be added: one per add. The action leads to it from the log.

    Stored before the first call and completed with the contact's ID by the answer; where the outcome is unknown, or
    what listbuilding has added cannot be looked up, it stays without one. `subject_hash` is the address or number as
    the log's subjects hash it.

    It proves nothing unless it `is_confirmed`: by KlickTipp's answer, or by a check that has found what was sent. The
    latest check that tells something was made at `checked_at`, as the action `last_check` of the log; one that has not
    found it confirms nothing and rules nothing out, as KlickTipp can be late.
    """

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="origins")
    action = models.UUIDField(unique=True)
    contact_id = models.CharField(max_length=20, blank=True)
    subject_hash = models.CharField(max_length=64)
    basis = models.CharField(max_length=20, choices=Basis.choices)
    source = models.CharField(max_length=200)
    obtained_on = models.DateField()
    added_by = models.CharField(max_length=400)
    created_at = models.DateTimeField(db_default=Now())
    is_confirmed = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True)
    last_check = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "contact_id"], name="origin_of_contact")]

    def __str__(self) -> str:
        return f"{self.get_basis_display()}: {self.source}"


class FieldSetting(models.Model):
    """What is known of the type of a data field besides what KlickTipp tells. `type` is what a person has set.

    `plausible` are the types that everything fits which was seen in the field: enough for a guess, while of the values
    themselves nothing is kept.
    """

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="field_settings")
    field_id = models.CharField(max_length=45)
    type = models.CharField(max_length=10, blank=True)
    plausible = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "field_id"], name="one_setting_per_field")]

    def __str__(self) -> str:
        return f"{self.field_id}: {self.type or '?'}"
