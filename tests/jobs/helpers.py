from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.jobs import services
from integrations.jobs.kinds import TAG
from integrations.jobs.kinds.kind import Kind
from integrations.jobs.models import Job, JobRow, Worker
from integrations.jobs.turn import take_turn
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, DeveloperKeyAuth, KlickTipp
from tests.service import Service

DOMAIN = "many.klick-tipp.team"
FAULTS: list[dict[str, Any]] = [
    {"status": 429, "headers": {"Retry-After": "0.05"}},
    {"status": 503},
    {"status": 500},
    {"status": 502, "handle": True},
    {"status": 403},
    {"status": 200, "body": "<html>"},
    {"close": "before"},
    {"close": "after"},
    {"cut": 3},
]
"""How a call can fail."""


def address(number: int) -> str:
    return f"person{number}@{DOMAIN}"


def api(service: Service) -> KlickTipp:
    """A client of the sandbox's first account, whose calls no log has."""
    operator, key = settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY
    return KlickTipp(DeveloperKeyAuth(operator, key, service.customer_keys[0]), base_url=service.url)


def add_contacts(service: Service, number: int) -> list[str]:
    """So many contacts in the sandbox's first account; their addresses."""
    addresses = [address(each) for each in range(number)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(api(service).add_or_update_contact, addresses))
    return addresses


def begin(errand: Errand, addresses: Sequence[str], tags: Sequence[dict[str, Any]] = (), kind: Kind = TAG) -> Job:
    rows = [(Subject(SubjectKind.EMAIL, each), {"email": each}) for each in addresses]
    return services.begin(errand, kind, rows, {"tags": list(tags)}, uuid4())


def worker() -> UUID:
    return Worker.objects.create(id=uuid4(), host="here", pid=1).pk


def work_until_idle(by: UUID | None = None) -> None:
    """Let a worker take turns until there is nothing to do for it."""
    by = by or worker()
    while take_turn(by, lambda seconds: False):
        pass


def ends(job: Job) -> dict[str, str]:
    """How the rows of a job have ended, by their labels."""
    return dict(JobRow.objects.filter(job=job).values_list("label", "state"))


def subject(email: str) -> Subject:
    return Subject(SubjectKind.EMAIL, email)


def tagged(service: Service, tag_id: int) -> int:
    """How many contacts of the sandbox's first account have a tag."""
    return len(api(service).list_tagged_contacts(tag_id, STATUSES, BOUNCE_STATUSES))


def fail_every_tenth(service: Service, delay_ms: int = 1) -> None:
    """Let every tenth call that tags fail, in another way each time; the others take so long."""
    for fault in FAULTS:
        service.fault(path="/subscriber/tag", times=9, delay_ms=delay_ms)
        service.fault(path="/subscriber/tag", times=1, **fault)
    service.fault(path="/subscriber/tag", always=True, delay_ms=delay_ms)
