"""What a page has shown of something in KlickTipp, given back by its form: no one can make it up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing
from django.utils.crypto import salted_hmac

from integrations.clients.errand import Errand

LASTS_SECONDS: Final = 24 * 3600


@dataclass(frozen=True)
class Signed:
    """Signs for one person and one client account, and for what it is about: "contact 17", "lookups"."""

    errand: Errand
    about: str

    @property
    def _salt(self) -> str:
        return f"integrations.clients.signed {self.errand.account.pk} {self.errand.actor.user_id} {self.about}"

    def dumps(self, shown: Any) -> str:
        """What was shown, as the text of a hidden field; it can be read, but not made. `shown` is ready for JSON."""
        return signing.dumps(shown, salt=self._salt, compress=True)

    def loads(self, text: str) -> Any | None:
        """What `dumps` made the text of within a day; None for any other text."""
        try:
            return signing.loads(text, salt=self._salt, max_age=LASTS_SECONDS)
        except (signing.BadSignature, ValueError):
            return None

    def seal(self, shown: Any) -> str:
        """The same for the same only, and nothing of it can be read: tells whether it is still what was shown."""
        return salted_hmac(self._salt, json.dumps(shown, sort_keys=True), algorithm="sha256").hexdigest()
