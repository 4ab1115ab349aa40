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
from integrations.klicktipp import DeveloperKeyAuth, KlickTipp
from tests.service import Service

DOMAIN = "many.klick-tipp.team"


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
