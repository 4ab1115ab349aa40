"""A job that tags contacts, from its beginning to its end, with the sandbox as KlickTipp."""

import json

from accounts.models import Membership
from integrations.audit.models import AuditEntry, LogLine, Source
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.jobs import sentences
from integrations.jobs.models import JobRow, RowState, State
from integrations.tags.sentences import CONTACTS_TAGGED
from tests.factories import actor
from tests.jobs.helpers import add_contacts, api, begin, tagged, work_until_idle
from tests.service import Service


def test_every_contact_is_tagged_and_in_the_log(errand: Errand, service: Service) -> None:
    addresses = add_contacts(service, 40)
    tag_id = api(service).create_tag("Fair")
    job = begin(errand, [*addresses, "nobody@klick-tipp.team"], [{"id": tag_id, "name": "Fair"}])
    assert (job.state, job.total) == (State.WAITING, 41)

    work_until_idle()

    job.refresh_from_db()
    assert (job.state, job.done, job.rejected, job.left) == (State.ENDED, 40, 1, 0)
    assert tagged(service, tag_id) == 40
    calls = AuditEntry.objects.filter(action=job.action)
    sent = [call for call in service.received() if call["path"] == "/subscriber/tag"]
    assert sorted(str(call.id) for call in calls) == sorted(call["request_id"] for call in sent)
    assert {call.source for call in calls} == {Source.JOB}
    line = LogLine.objects.get(action=job.action)
    assert (line.sentence, line.entries, line.changes_done, line.changes_refused) == (CONTACTS_TAGGED.key, 41, 40, 1)
    events = AuditEntry.objects.filter(sentence__startswith="jobs.").order_by("number")
    assert [event.sentence for event in events] == [sentences.STARTED.key, sentences.ENDED.key]
    row = JobRow.objects.get(state=RowState.REJECTED)
    assert (row.label, row.code, row.reason) == ("n•••@klick-tipp.team", 7, "email_not_found")
    assert not JobRow.objects.exclude(worker=None).exists()


def test_an_api_user_signs_in_once(by_api_user: ClientAccount, owner: Membership, service: Service) -> None:
    errand = Errand(by_api_user, actor(owner.user))
    addresses = add_contacts(service, 30)
    job = begin(errand, addresses, [{"id": api(service).create_tag("Fair"), "name": "Fair"}])
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, 30)
    calls = AuditEntry.objects.filter(action=job.action)
    assert calls.filter(operation="login").count() == 1
    assert calls.count() == 31


def test_addresses_are_kept_encrypted(errand: Errand) -> None:
    begin(errand, ["robin@klick-tipp.team"])
    row = JobRow.objects.get()
    assert "robin" not in json.dumps([row.encrypted_secret, row.label, row.hash, row.job.parameters])
    assert row.data == {"email": "robin@klick-tipp.team"}
