"""Checks what somebody brings, a proof of an entry or a checkpoint: by itself, and against the log as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.times import LONG_TIME, zone
from integrations.audit.models import AuditEntry, RetentionRecord
from integrations.audit.proof import keys, timestamps
from integrations.audit.proof.canonical import UnknownVersion, leaf
from integrations.audit.proof.formats import PROOF_BEGINS, Head, Inclusion, NotAProof
from integrations.audit.proof.logs import Log
from integrations.audit.proof.merkle import Unreadable, leaf_hash, root_by_inclusion
from integrations.audit.proof.notes import NotANote, NotSigned, open_note
from integrations.audit.proof.signed import is_signed, newest_signed


@dataclass(frozen=True)
class Finding:
    """One question and whether it was answered with yes."""

    is_good: bool
    words: str | Promise


@dataclass
class Verdict:
    """What was found, in the order in which it was asked. `entry` is the one that a proof is of, if it is there still,
    and `removal` the record by which it may have been removed."""

    head: Head
    log: Log
    entry: AuditEntry | None = None
    removal: RetentionRecord | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return all(finding.is_good for finding in self.findings)

    def find(self, is_good: bool, good: str | Promise, bad: str | Promise) -> bool:
        self.findings.append(Finding(is_good, good if is_good else bad))
        return is_good


@dataclass(frozen=True)
class Brought:
    """What somebody brings: a checkpoint, and the proof that it is a part of, if it is."""

    checkpoint: str
    head: Head
    log: Log
    proof: Inclusion | None

    @classmethod
    def of(cls, text: str) -> Brought:
        """Raises `NotAProof` for what is neither a `.tlog-proof` nor a checkpoint, or has no name of a log."""
        proof = Inclusion.of(text) if text.startswith(PROOF_BEGINS) else None
        checkpoint = proof.checkpoint if proof else text
        head = Head.of(checkpoint)
        log = Log.by_origin(head.origin)
        if log is None:
            raise NotAProof
        return cls(checkpoint, head, log, proof)


def check(brought: Brought, given: bytes | None = None, stamp: bytes | None = None) -> Verdict:
    """Check what was brought, by itself and against the log.

    given: the entry of a proof as its holder has it, in the canonical form
    stamp: what a time stamping authority has answered about the checkpoint
    """
    verdict = Verdict(brought.head, brought.log)
    if _is_signed(verdict, brought.checkpoint):
        _check_growth(verdict)
    if stamp is not None:
        _check_stamp(verdict, stamp, brought.checkpoint)
    if brought.proof:
        _check_entry(verdict, brought.proof, given)
    return verdict


def _is_signed(verdict: Verdict, note: str) -> bool:
    try:
        open_note(note, keys.known(verdict.head.origin))
        is_signed = True
    except (NotSigned, NotANote):
        is_signed = False
    return verdict.find(
        is_signed,
        _("The checkpoint is signed with a key of this portal."),
        _("The checkpoint is not signed with a key of this portal, or was changed after it was signed."),
    )


def _check_growth(verdict: Verdict) -> None:
    newest, signed = verdict.log.newest(), newest_signed(verdict.log)
    try:
        has_root = verdict.log.tree(verdict.head.size).root() == verdict.head.root
    except Unreadable:
        has_root = False
    has_grown = has_root and signed is not None and signed.size >= verdict.head.size
    is_stray = newest is not None and not is_signed(newest)
    if has_grown and is_stray:
        bad = _("The log has grown from this checkpoint, but has a later one now that the portal has not signed.")
    else:
        bad = _("The log is not one that has grown from this checkpoint: its past was changed, or its end cut off.")
    verdict.find(
        has_grown and not is_stray,
        _("What the log had then was signed again in every later checkpoint: nothing of it was exchanged or cut off."),
        bad,
    )


def _check_stamp(verdict: Verdict, stamp: bytes, note: str) -> None:
    try:
        told = timestamps.time_told(stamp, note)
    except (OSError, ValueError):
        told = None
    verdict.find(
        told is not None,
        _("The time stamp is of this checkpoint: it was there on %(time)s.") % {"time": _in_words(told)},
        _("The time stamp is not of this checkpoint, or of no authority that this portal trusts."),
    )


def _in_words(moment: datetime | None) -> str:
    at = moment and localtime(moment)
    return f"{date_format(at, 'SHORT_DATE_FORMAT')}, {time_format(at, LONG_TIME)} {zone(at)}" if at else ""


def _check_entry(verdict: Verdict, proof: Inclusion, given: bytes | None) -> None:
    """By itself: the leaf, its place and the hashes lead to the root that was signed. Against the log: the entry there
    has the same leaf."""
    entry, stored = _stored(verdict, proof.index)
    if given is not None:
        verdict.find(
            _leads_to_root(leaf_hash(given), proof, verdict.head),
            _("The entry in the file is what the proof is of."),
            _("The proof is not of the entry in the file: one of both was changed."),
        )
    if stored is None:
        verdict.removal = verdict.log.removal_of(proof.index)
        covered = _covered(verdict.log, proof.index)
        verdict.find(
            verdict.removal is not None and covered is not None and _leads_to_root(covered, proof, verdict.head),
            _("The entry itself was removed by a retention record. Its hash is still in the log, and the proof fits."),
            _("The log has no such entry any more: it was removed or changed, and no retention record says so."),
        )
        return
    verdict.entry = entry
    verdict.find(
        _leads_to_root(leaf_hash(stored), proof, verdict.head),
        _("The entry in the database is what the proof is of."),
        _("The entry in the database is not what the proof is of: it, or the proof, was changed."),
    )


def _stored(verdict: Verdict, index: int) -> tuple[AuditEntry | None, bytes | None]:
    try:
        entry = verdict.log.entry_at(index)
        return entry, leaf(entry) if entry else None
    except (Unreadable, UnknownVersion, ValueError):
        return None, None


def _covered(log: Log, index: int) -> bytes | None:
    try:
        return next(log.leaves(index, index + 1), None)
    except Unreadable:
        return None


def _leads_to_root(hashed: bytes, proof: Inclusion, head: Head) -> bool:
    return root_by_inclusion(hashed, proof.index, head.size, proof.hashes) == head.root
