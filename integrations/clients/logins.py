"""What opens a KlickTipp account: the value that is tested, waits for a person's confirmation and is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clients.encryption import last_four


class CredentialKind(models.TextChoices):
    CUSTOMER_KEY = "customer_key", _("Customer key")
    API_USER = "api_user", _("API user")


@dataclass(frozen=True)
class Login:
    """`secret` is the customer key; it is in no log, no page and no `repr`."""

    kind: CredentialKind
    secret: str = field(repr=False)

    @classmethod
    def by_customer_key(cls, customer_key: str) -> Login:
        return cls(CredentialKind.CUSTOMER_KEY, customer_key)

    @property
    def last_four(self) -> str:
        """As much of the secret as may be shown."""
        return last_four(self.secret)
