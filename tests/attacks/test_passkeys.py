"""A passkey that signs in alone does so with a PIN or a fingerprint, whatever was asked before in the same session."""

import json
import os
import struct
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor

from accounts.models import Membership, User
from tests.accounts.helpers import is_signed_in, sign_in
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

FACTOR = "/accounts/second-factor"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Passkey:
    """An authenticator of a browser: what it answers, and whether it asked for a PIN or a fingerprint."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = os.urandom(16)
        self._uses = 0

    def enrol(self, browser: Client) -> None:
        browser.get(f"{FACTOR}/webauthn/add/")
        point = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self._id)) + self._id + cbor.encode(public)
        data = self._data(PRESENT | VERIFIED | ATTESTED) + attested
        answer = {
            "clientDataJSON": _text(_client_data("webauthn.create", browser)),
            "attestationObject": _text(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        told = {"credential": self._credential(answer), "name": "key", "passwordless": "on"}
        assert browser.post(f"{FACTOR}/webauthn/add/", told).status_code == 302

    def answer(self, browser: Client, user: User, *, is_verified: bool) -> str:
        """To what the session of a browser was last asked, as a credential of this user."""
        asked = _client_data("webauthn.get", browser)
        data = self._data(PRESENT | VERIFIED * is_verified)
        signed = self._key.sign(data + sha256(asked).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {
            "clientDataJSON": asked,
            "authenticatorData": data,
            "signature": signed,
            "userHandle": user_pk_to_url_str(user).encode(),
        }
        return self._credential({name: _text(part) for name, part in answer.items()})

    def _data(self, flags: int) -> bytes:
        self._uses += 1
        return sha256(b"testserver").digest() + bytes([flags]) + struct.pack(">I", self._uses)

    def _credential(self, response: dict[str, Any]) -> str:
        told = {"id": _text(self._id), "rawId": _text(self._id), "type": "public-key", "clientExtensionResults": {}}
        return json.dumps(told | {"response": response})


def _client_data(kind: str, browser: Client) -> bytes:
    challenge = browser.session["mfa.webauthn.state"]["challenge"]
    return json.dumps({"type": kind, "challenge": challenge, "origin": "http://testserver"}).encode()


def _ask_to_sign_in(browser: Client) -> None:
    browser.get(
        f"{FACTOR}/webauthn/login/", headers={"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
    )


def test_the_question_of_a_second_factor_is_none_for_signing_in_alone(owner: Membership) -> None:
    passkey, of_attacker, attacker = Passkey(), Passkey(), MembershipFactory()
    for member, key in ((owner, passkey), (attacker, of_attacker)):
        browser = Client()
        sign_in(browser, member.user.email)
        key.enrol(browser)

    half = Client()
    sign_in(half, attacker.user.email)
    half.get(f"{FACTOR}/authenticate/")
    half.post("/accounts/logout/")
    assert half.session["mfa.webauthn.state"]["user_verification"] != "required"
    half.post(f"{FACTOR}/webauthn/login/", {"credential": passkey.answer(half, owner.user, is_verified=False)})
    assert not is_signed_in(half)

    for is_verified in (False, True):
        alone = Client()
        _ask_to_sign_in(alone)
        alone.post(
            f"{FACTOR}/webauthn/login/", {"credential": passkey.answer(alone, owner.user, is_verified=is_verified)}
        )
        assert is_signed_in(alone) == is_verified
