from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from accounts.models import User
from integrations.clients.models import ClientAccount
from ktportal import encryption


class ListbuildingKey(models.Model):
    """A listbuilding key of a client's KlickTipp account. There it stands for an opt-in process and a tag."""

    account = models.ForeignKey(ClientAccount, models.CASCADE, related_name="listbuilding_keys")
    label = models.CharField(max_length=100)
    encrypted_secret = models.TextField()
    last_four = models.CharField(max_length=4, blank=True)
    stored_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ["label", "pk"]
        constraints = [models.UniqueConstraint("account", Lower("label"), name="one_listbuilding_key_per_label")]

    def __str__(self) -> str:
        return self.label

    @property
    def purpose(self) -> str:
        """What its secret is encrypted for."""
        return f"listbuilding key of client account {self.account_id}"

    @property
    def secret(self) -> str:
        return encryption.decrypt(self.encrypted_secret, self.purpose)

    @secret.setter
    def secret(self, value: str) -> None:
        self.encrypted_secret, self.last_four = encryption.encrypt(value, self.purpose), encryption.last_four(value)
