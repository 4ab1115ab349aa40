"""Prints a fresh value for each secret that the portal needs: `python -m ktportal.secrets`."""

import secrets

from cryptography.fernet import Fernet


def generate() -> dict[str, str]:
    """One new value for every name in `settings.REQUIRED_SECRETS`."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "AUDIT_HASH_KEYS": secrets.token_hex(32),
        "LOG_SIGNING_KEYS": secrets.token_hex(32),
    }


if __name__ == "__main__":
    for name, value in generate().items():
        print(f"{name}={value}")  # noqa: T201
