"""Tagging as many contacts as somebody pastes, and taking tags from them, by a job."""

from uuid import UUID

from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.clients.models import ReferenceKind
from integrations.jobs.kinds import TAG, UNTAG
from integrations.jobs.models import Job
from integrations.jobs.services import begin, job_id_of, refuse_too_many
from integrations.tags.services import ids_of
from integrations.tags.tagging import Tagging


def begin_tagging(errand: Errand, tagging: Tagging, action_id: UUID) -> Job:
    """Create the new tags, then begin the job; their calls belong to its action in the log.

    Raises `TooManyJobs`, `AlreadyStarted` for an `action_id` that was used before, `Obstructed` where there is no key,
    and the library's errors where a tag could not be created: no job was begun then.
    """
    refuse_too_many(errand.account, action_id)
    kind = UNTAG if tagging.removes else TAG
    tags = errand.named(ReferenceKind.TAGS, tagging.tag_ids)
    if tagging.new_tags:
        meant = [*tags, *({"name": name} for name in tagging.new_tags)]
        told = {"tags": meant, "contacts": len(tagging.addresses)}
        api = errand.connect(Action(kind.sentence, errand.actor, told, id=job_id_of(action_id)))
        for name in tagging.new_tags:
            tags += [{"id": tag_id, "name": name} for tag_id in ids_of(api, errand.account, (), [name])]
    rows = ((Subject(SubjectKind.EMAIL, address), {"email": address}) for address in tagging.addresses)
    return begin(errand, kind, rows, {"tags": tags}, action_id)
