"""Messages for the next page name people, so what waits for it in the session is encrypted."""

from typing import Any

from django.contrib.messages.storage.session import SessionStorage

from ktportal.encryption import Undecryptable, decrypt, encrypt


class Encrypted(SessionStorage):
    def serialize_messages(self, messages: Any) -> str:
        return encrypt(str(super().serialize_messages(messages)), "notices")

    def deserialize_messages(self, data: Any) -> Any:
        try:
            return super().deserialize_messages(decrypt(data, "notices")) if data else []
        except Undecryptable:
            return []
