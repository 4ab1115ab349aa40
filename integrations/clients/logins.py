"""What opens a KlickTipp account: the value that is tested, waits for a person's confirmation and is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from ktportal.encryption import last_four


class CredentialKind(models.TextChoices):
    CUSTOMER_KEY = "customer_key", _("Customer key")
    API_USER = "api_user", _("API user")


@dataclass(frozen=True)
class Login:
    """A customer key, or an API user with its password; `secret` is in no log, no page and no `repr`.

    username: the API user's; "" for a customer key
    """

    kind: CredentialKind
    secret: str = field(repr=False)
    username: str = ""

    @classmethod
    def by_customer_key(cls, customer_key: str) -> Login:
        return cls(CredentialKind.CUSTOMER_KEY, customer_key)

    @classmethod
    def by_api_user(cls, username: str, password: str) -> Login:
        return cls(CredentialKind.API_USER, password, username)

    @property
    def is_api_user(self) -> bool:
        return self.kind is CredentialKind.API_USER

    @property
    def last_four(self) -> str:
        """As much of the secret as may be shown: nothing of a password."""
        return "" if self.is_api_user else last_four(self.secret)
