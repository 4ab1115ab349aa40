"""A time stamping authority of the tests, OpenSSL behind a TLS server, stamps checkpoints; OpenSSL checks them too."""

import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Membership
from integrations.audit.proof import checks, timestamps
from integrations.audit.proof.covering import cover
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import TimeStamp
from integrations.audit.proof.timestamps import EVERY, NotStamped, stamp_checkpoints
from integrations.klicktipp import Transport
from tests.audit.proof.helpers import execute, happen, without_guard
from tests.audit.stream.receiver import make_certificates, serving
from tests.pages import main_words

pytestmark = pytest.mark.django_db

CONFIG = """
[tsa]
default_tsa = stamping
[stamping]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


def certificate(name: str, key: ec.EllipticCurvePrivateKey, by: str, by_key: ec.EllipticCurvePrivateKey) -> bytes:
    """Of a root, or of an authority that a root has signed; its days include today."""
    now, is_root = datetime.now(UTC), name == by
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, by)]
    builder = (
        x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False)
    )
    if not is_root:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(by_key, SHA256()).public_bytes(Encoding.PEM)


class Authority:
    """Answers each query with a stamp, or with what is in `replies`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.roots, self.port = folder, folder / "roots.pem", 0
        self.replies: list[bytes] = []
        self.asked = 0
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.roots.write_bytes(certificate("Root", root_key, "Root", root_key))
        (folder / "signer.pem").write_bytes(certificate("Authority", key, "Root", root_key))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pem").write_bytes(secret)
        (folder / "ts.cnf").write_text(CONFIG.format(folder=folder))

    def openssl(self, *arguments: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["openssl", "ts", *arguments], capture_output=True, text=True, check=False)

    def talk(self, tls: ssl.SSLSocket) -> None:
        stream, head = tls.makefile("rb"), b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.readline()
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        query, reply, self.asked = self.folder / "query", self.folder / "reply", self.asked + 1
        query.write_bytes(stream.read(length))
        if self.replies:
            tls.sendall(self.replies.pop(0))
            return
        signer = ("-signer", self.folder / "signer.pem", "-inkey", self.folder / "key.pem")
        config = ("-config", self.folder / "ts.cnf")
        done = self.openssl("-reply", "-queryfile", query, "-out", reply, *signer, *config)
        assert done.returncode == 0, done.stderr
        tls.sendall(answered(reply.read_bytes()))


def answered(body: bytes, status: str = "200 OK") -> bytes:
    kind = "Connection: close\r\nContent-Type: application/timestamp-reply"
    return f"HTTP/1.1 {status}\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def authority(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    ca, host = make_certificates(folder, "localhost")
    authority = Authority(folder)
    transport = Transport(pool_size=1, ca_bundle=str(ca))
    monkeypatch.setattr(timestamps, "_transport", lambda: transport)
    with serving(authority.talk, host) as authority.port:
        settings.LOG_TIMESTAMP_URL = f"https://localhost:{authority.port}/stamp"
        settings.LOG_TIMESTAMP_ROOTS = str(authority.roots)
        yield authority
    transport.close()


@pytest.fixture
def log(owner: Membership) -> Log:
    """The log of the team, with three entries that are covered."""
    happen(3, None, owner.team_id)
    cover()
    return Log(owner.team_id)


def test_a_stamp_that_was_kept_is_checked_with_its_checkpoint(
    authority: Authority, log: Log, browser: Client, owner: Membership, settings: Any
) -> None:
    stamp_checkpoints()
    page = reverse("log_proof_check", args=[owner.team.slug])
    stamp, stamped = (
        browser.get(reverse(f"log_proof_{name}", args=[owner.team.slug, 0])).content for name in ("stamp", "stamped")
    )
    at = localtime(TimeStamp.objects.get().told_at)
    happen(1, None, owner.team_id)
    cover()
    newer = log.newest()
    assert newer is not None

    def bring(checkpoint: bytes, stamp: bytes) -> str:
        files = {"proof": SimpleUploadedFile("stamped.txt", checkpoint), "stamp": SimpleUploadedFile("a.tsr", stamp)}
        return main_words(browser.post(page, files))

    assert f"yes The time stamp is of this checkpoint: it was there on {at:%d/%m/%Y, %H:%M:%S} UTC" in bring(
        stamped, stamp
    )
    is_not = "no The time stamp is not of this checkpoint, or of no authority"
    for checkpoint, given in (
        (newer.note.encode(), stamp),
        (stamped, b""),
        (stamped, b"x"),
        (stamped, stamp[:-1] + b"\0"),
    ):
        assert is_not in bring(checkpoint, given)
    settings.LOG_TIMESTAMP_ROOTS = str(authority.folder / "nowhere.pem")
    assert is_not in bring(stamped, stamp)
    settings.LOG_TIMESTAMP_ROOTS = ""
    assert "Everything fits" in bring(stamped, stamp)
    assert "Time stamp" not in main_words(browser.get(page))


def verified() -> str:
    said = StringIO()
    call_command("audit_verify", stdout=said, stderr=said)
    return said.getvalue()


def problems() -> str:
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("audit_verify", stdout=said, stderr=said)
    return said.getvalue()


def test_a_checkpoint_is_stamped_and_openssl_verifies_it(
    authority: Authority, log: Log, browser: Client, owner: Membership
) -> None:
    assert stamp_checkpoints() == 1
    stamp = TimeStamp.objects.get()
    newest = log.newest()
    assert newest is not None
    assert stamp.size == newest.size
    assert abs(stamp.told_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert verified().endswith("Everything is as it was signed.\n")

    said = main_words(browser.get(reverse("log_proof_log", args=[owner.team.slug, 0])))
    assert f"confirmed that the checkpoint over {stamp.size} entries was there at" in said
    happen(2, None, owner.team_id)
    cover()
    taken = {}
    for name in ("stamp", "stamped"):
        taken[name] = authority.folder / name
        taken[name].write_bytes(browser.get(reverse(f"log_proof_{name}", args=[owner.team.slug, 0])).content)
    given = ("-verify", "-in", taken["stamp"], "-CAfile", authority.roots, "-data")
    assert authority.openssl(*given, taken["stamped"]).returncode == 0
    taken["stamped"].write_bytes(taken["stamped"].read_bytes() + b"\n")
    assert authority.openssl(*given, taken["stamped"]).returncode != 0


def test_the_newest_checkpoint_of_each_log_is_stamped_once_a_day(
    authority: Authority, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stamp_checkpoints() == 1
    happen(1, None, log.team_id)
    happen(1, 8, log.team_id)
    cover()
    assert stamp_checkpoints() == 1
    assert stamp_checkpoints() == 0
    monkeypatch.setattr(timestamps, "EVERY", -EVERY)
    assert stamp_checkpoints() == 1
    assert stamp_checkpoints() == 0
    assert authority.asked == TimeStamp.objects.count() == 3
    assert verified()


def test_without_the_setting_nothing_is_stamped_or_offered(log: Log, browser: Client, owner: Membership) -> None:
    assert stamp_checkpoints() == 0
    assert "Time stamp" not in main_words(browser.get(reverse("log_proof_log", args=[owner.team.slug, 0])))
    for name in ("stamp", "stamped"):
        assert browser.get(reverse(f"log_proof_{name}", args=[owner.team.slug, 0])).status_code == 404


def test_what_is_no_stamp_over_it_is_not_kept(authority: Authority, log: Log) -> None:
    assert stamp_checkpoints() == 1
    earlier = answered(bytes(TimeStamp.objects.get().answer))
    happen(1, 8, log.team_id)
    cover()
    refused = b"0\x03\x02\x01\x02"
    too_large = answered(b"0" * 70_000)
    moved = b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    for reply in (
        b"",
        answered(b""),
        answered(b"x"),
        answered(b"x", "500 Oh"),
        answered(refused),
        moved,
        too_large,
        earlier,
    ):
        authority.replies = [reply]
        with pytest.raises(NotStamped):
            stamp_checkpoints()
    assert TimeStamp.objects.count() == 1
    assert stamp_checkpoints() == 1


def test_an_authority_of_another_root_is_not_believed(
    authority: Authority, log: Log, tmp_path: Path, settings: Any
) -> None:
    settings.LOG_TIMESTAMP_ROOTS = str(Authority(tmp_path).roots)
    with pytest.raises(NotStamped):
        stamp_checkpoints()
    settings.LOG_TIMESTAMP_ROOTS = str(authority.roots)
    assert stamp_checkpoints() == 1
    settings.LOG_TIMESTAMP_ROOTS = str(tmp_path / "roots.pem")
    assert "the time stamp of" in problems()
    settings.LOG_TIMESTAMP_ROOTS = ""
    assert "LOG_TIMESTAMP_ROOTS has no certificates" in problems()


def test_what_was_done_to_a_stamp_is_found(authority: Authority, log: Log) -> None:
    stamp_checkpoints()
    for statement in (
        "UPDATE log_proof_timestamp SET told_at = '2026-01-01 00:00:00+00:00'",
        "UPDATE log_proof_timestamp SET size = size - 1",
        "DELETE FROM log_proof_timestamp",
        "INSERT INTO log_proof_timestamp (team_id, account_id, size, answer, told_at) "
        "VALUES (99, 0, 1, '', '2026-01-01')",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(statement)
    with without_guard():
        execute("UPDATE log_proof_timestamp SET told_at = '2026-01-01 00:00:00+00:00'")
    assert "the time stamp of 2026-01-01 00:00 UTC does not fit the checkpoint over" in problems()


def test_settings_that_cannot_work_are_told(settings: Any, tmp_path: Path) -> None:
    check = checks.time_stamps_can_be_had_and_verified
    assert check(None) == []
    settings.LOG_TIMESTAMP_URL = "http://stamp.example.com"
    assert [problem.id for problem in check(None)] == ["log_proof.E002", "log_proof.E003"]
    settings.LOG_TIMESTAMP_URL, settings.LOG_TIMESTAMP_ROOTS = "https://stamp.example.com", str(tmp_path / "roots.pem")
    Path(settings.LOG_TIMESTAMP_ROOTS).write_text("x")
    assert [problem.id for problem in check(None)] == ["log_proof.E003"]
