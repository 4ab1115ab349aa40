"""The pages of jobs: begin one, look at it, let it pause, go on and stop."""

from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.clients.errand import Errand
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.jobs.kinds import UNSUBSCRIBE
from integrations.jobs.models import Job, JobRow, RowState, State
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.jobs.helpers import add_contacts, api, begin, tagged, work_until_idle
from tests.service import Service


def url(account: ClientAccount, rest: str = "") -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/jobs/{rest}"


def test_tag_many_pasted_addresses(browser: Client, account: ClientAccount, service: Service) -> None:
    addresses = add_contacts(service, 60)
    tag_id = api(service).create_tag("Fair")
    assert browser.get(url(account, "tag/")).status_code == 200
    load(account, ReferenceKind.TAGS, actor())
    form: dict[str, Any] = {"action": uuid4(), "addresses": "\n".join([*addresses, addresses[0]]), "removes": ""}
    form |= {"tags": str(tag_id), "tags_new": "Shop"}
    answer = browser.post(url(account, "tag/"), form)
    job = Job.objects.get()
    assert answer.headers["Location"] == url(account, f"{job.pk}/")
    again = browser.post(url(account, "tag/"), form)
    assert again.headers["Location"] == url(account, f"{job.pk}/")
    assert Job.objects.get() == job
    assert [tag["name"] for tag in job.parameters["tags"]] == ["Fair", "Shop"]
    page = browser.get(url(account, f"{job.pk}/")).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "0 of 60 contacts" in page

    work_until_idle()
    page = browser.get(url(account, f"{job.pk}/")).content.decode()
    assert 'hx-trigger="every 2s"' not in page
    assert "60 of 60 contacts" in page
    assert f"/log/action/{job.action}/" in page
    assert tagged(service, tag_id) == 60
    log = browser.get(f"/t/{account.team.slug}/log/action/{job.action}/", follow=True).content.decode()
    assert "tagged 60 contacts of Harbour Lane Coffee with Fair, Shop" in log
    assert "Tag contacts: Fair, Shop" in browser.get(url(account)).content.decode()


def test_what_is_wrong_with_the_form_is_told_and_nothing_begins(browser: Client, account: ClientAccount) -> None:
    for typed, told in (
        ({"addresses": ""}, "Please give at least one email address."),
        ({"addresses": "robin@@klick-tipp.team"}, "cannot be right"),
        ({"addresses": " ".join(f"person{each}@klick-tipp.team" for each in range(10_001))}, "at most 10000"),
        ({"addresses": "x" * 1_000_001}, "too long for 10,000 addresses"),
    ):
        answer = browser.post(url(account, "tag/"), {"action": uuid4(), "removes": "", **typed})
        assert answer.status_code == 422
        assert told in answer.content.decode()
    assert not Job.objects.exists()


def test_at_most_ten_tags_are_removed_by_a_job(browser: Client, account: ClientAccount, service: Service) -> None:
    tag_ids = [str(api(service).create_tag(f"Fair {number}")) for number in range(11)]
    load(account, ReferenceKind.TAGS, actor())
    form: dict[str, Any] = {"action": uuid4(), "addresses": "robin@klick-tipp.team", "removes": "yes", "tags": tag_ids}
    answer = browser.post(url(account, "tag/"), form)
    assert answer.status_code == 422
    assert "These are 11 tags; a job removes at most 10." in answer.content.decode()
    assert browser.post(url(account, "tag/"), {**form, "tags": tag_ids[1:]}).status_code == 302


def test_so_many_jobs_of_a_client_and_of_a_team_at_once(
    browser: Client, account: ClientAccount, errand: Errand, service: Service
) -> None:
    tag_id = api(service).create_tag("Fair")
    load(account, ReferenceKind.TAGS, actor())
    for _ in range(19):
        begin(errand, ["robin@klick-tipp.team"])
    form: dict[str, Any] = {"action": uuid4(), "addresses": "kim@klick-tipp.team", "removes": "", "tags": str(tag_id)}
    for _ in range(2):
        answer = browser.post(url(account, "tag/"), form)
        assert answer.headers["Location"] == url(account, f"{Job.objects.latest('pk').pk}/")
    more = {**form, "action": uuid4(), "tags_new": "Shop"}
    page = browser.post(url(account, "tag/"), more)
    assert page.status_code == 422
    assert "20 jobs of this client have not ended" in page.content.decode()
    assert "Shop" not in [tag.name for tag in api(service).list_tags()]

    for number in range(30):
        begin(Errand(ClientAccountFactory(team=account.team), errand.actor), [f"robin{number}@klick-tipp.team"])
    Job.objects.filter(account_id=account.pk).latest("pk").delete()
    begin(Errand(ClientAccountFactory(team=account.team), errand.actor), ["robin@klick-tipp.team"])
    page = browser.post(url(account, "tag/"), more)
    assert page.status_code == 422
    assert "50 jobs of your team have not ended" in page.content.decode()

    Job.objects.earliest("pk").delete()
    assert browser.post(url(account, "tag/"), more).status_code == 302


def test_pause_go_on_and_stop(browser: Client, account: ClientAccount, errand: Errand) -> None:
    job = begin(errand, ["robin@klick-tipp.team", "kim@klick-tipp.team"])
    for step, state in (("pause", State.PAUSED), ("go_on", State.WAITING), ("stop", State.STOPPED)):
        assert f'value="{step}"' in browser.get(url(account, f"{job.pk}/")).content.decode()
        answer = browser.post(url(account, f"{job.pk}/change/"), {"step": step})
        assert answer.headers["Location"] == url(account, f"{job.pk}/")
        job.refresh_from_db()
        assert job.state == state
    page = browser.get(url(account, f"{job.pk}/")).content.decode()
    assert 'name="step"' not in page
    browser.post(url(account, f"{job.pk}/change/"), {"step": "go_on"})
    assert browser.post(url(account, f"{job.pk}/change/"), {"step": "restart"}).status_code == 302
    job.refresh_from_db()
    assert job.state == State.STOPPED


def test_errors_are_grouped_by_their_sentence_with_examples(
    browser: Client, account: ClientAccount, errand: Errand
) -> None:
    job = begin(errand, [f"robin{each}@klick-tipp.team" for each in range(9)])
    JobRow.objects.filter(place__lt=7).update(state=RowState.REJECTED, reason="email_not_found", code=7)
    JobRow.objects.filter(place=7).update(state=RowState.UNCLEAR, reason="outcome_unknown")
    Job.objects.update(rejected=7, unclear=1, state=State.PAUSED, reason="no_longer_allowed")
    page = browser.get(url(account, f"{job.pk}/")).content.decode()
    assert "Not accepted by KlickTipp, 7:" in page
    assert page.count("r•••@klick-tipp.team") == 6
    assert "KlickTipp has no contact with this address" in page
    assert "KlickTipp did not answer, so it may have happened or not." in page
    assert "Who began this job may not do so any more." in page
    assert "robin" not in page


def test_only_who_may_unsubscribe_many_changes_such_a_job(
    client: Client, account: ClientAccount, errand: Errand, owner: Membership
) -> None:
    job = begin(errand, ["robin@klick-tipp.team"], kind=UNSUBSCRIBE)
    client.force_login(MembershipFactory(team=owner.team, role=Role.EDITOR).user)
    assert 'name="step"' not in client.get(url(account, f"{job.pk}/")).content.decode()
    assert client.post(url(account, f"{job.pk}/change/"), {"step": "stop"}).status_code == 403
    assert not AuditEntry.objects.filter(sentence="jobs.stopped").exists()


def test_jobs_of_other_clients_are_not_there(browser: Client, account: ClientAccount, errand: Errand) -> None:
    job = begin(errand, ["robin@klick-tipp.team"])
    Job.objects.update(account_id=account.pk + 1)
    assert browser.get(url(account, f"{job.pk}/")).status_code == 404
    assert "No job was begun" in browser.get(url(account)).content.decode()
