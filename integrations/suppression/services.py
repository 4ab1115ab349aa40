"""Who must not be added again: put on the list, found, refused, and taken off with a reason."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import transaction

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject, hash_subject, newest_key_version, search_hashes
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.klicktipp import Happened, KlickTippError
from integrations.messages import Obstacle
from integrations.suppression import sentences
from integrations.suppression.errors import Suppressed
from integrations.suppression.models import Reason, Suppression


def suppress(errand: Errand, subjects: Iterable[Subject], reason: Reason, note: str = "") -> int:
    """Put addresses and numbers on the list, with an entry in the log for each; how many were not on it before."""
    added = 0
    for subject in subjects:
        with transaction.atomic():
            if suppression_of(errand.account, subject):
                continue
            _, is_new = Suppression.objects.get_or_create(
                account=errand.account,
                hash=hash_subject(subject, errand.account.team_id, newest_key_version()),
                defaults={
                    "kind": subject.kind,
                    "label": subject.label,
                    "reason": reason,
                    "note": note,
                    "added_by": errand.actor.label,
                },
            )
            if is_new:
                events.record(
                    sentences.ADDED, errand.actor, errand.account.scope, subjects=(subject,), contact=subject.label
                )
                added += 1
    return added


@contextmanager
def suppressed_after(errand: Errand, subjects: Collection[Subject], reason: Reason) -> Iterator[None]:
    """Puts addresses and numbers on the list unless the call inside has certainly not happened."""
    try:
        yield
    except KlickTippError as error:
        if error.happened is Happened.UNKNOWN:
            suppress(errand, subjects, reason)
        raise
    suppress(errand, subjects, reason)


def suppression_of(account: ClientAccount, subject: Subject) -> Suppression | None:
    """The list's entry of an address or number, however old the key is that it was hashed with."""
    return suppressions_among(account, [subject]).get(subject)


def suppressions_among(account: ClientAccount, subjects: Iterable[Subject]) -> dict[Subject, Suppression]:
    """Those of many that are on the list, found with one query; email addresses first."""
    subject_by_hash = {hash_: subject for subject in subjects for hash_ in search_hashes(subject, account.team_id)}
    found = Suppression.objects.filter(account=account, hash__in=subject_by_hash).order_by("kind")
    return {subject_by_hash[suppression.hash]: suppression for suppression in found}


def refuse_suppressed(account: ClientAccount, subjects: Iterable[Subject], action: Action) -> None:
    """Raise `Suppressed` where one of them is on the list; the log then says what `action` came to, also about them."""
    if found := suppressions_among(account, subjects):
        about_them = replace(action, subjects=(*action.subjects, *found))
        events.record_obstacle(about_them, account.scope, Obstacle.SUPPRESSED)
        raise Suppressed(found, reads=action.sentence.only_reads)


def release(suppression: Suppression, subject: Subject, why: str, actor: Actor) -> None:
    """Take `subject`, which the entry is about, off the list. The reason stands in the log."""
    with transaction.atomic():
        removed, _ = Suppression.objects.filter(pk=suppression.pk).delete()
        if removed:
            events.record(
                sentences.REMOVED,
                actor,
                suppression.account.scope,
                subjects=(subject,),
                contact=subject.label,
                why=why,
            )
