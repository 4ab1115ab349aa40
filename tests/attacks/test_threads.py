"""Taking all threads of the web process."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from accounts.crowds import OF_PERSON, long_answers, shares
from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.actors import Actor
from integrations.audit.proof.covering import cover
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.calls.bulkhead import OF_PERSON as WAIT_OF_PERSON
from integrations.clients.calls.bulkhead import bulkhead
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import TAGS_LOADED
from integrations.messages import Obstacle
from ktportal.settings import WEB_THREADS
from tests.factories import MembershipFactory
from tests.service import Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(owner: Membership) -> Iterator[None]:
    """As many requests of the owner's are under way as one person may have."""
    assert 6 <= OF_PERSON * WEB_THREADS <= WEB_THREADS / 4
    for _ in range(WEB_THREADS // 4):
        request = threading.Thread(target=shares.take, kwargs={"person": owner.user.pk})
        request.start()
        request.join()
    yield
    shares._taken.clear()


@pytest.mark.usefixtures("busy")
def test_one_person_has_a_quarter_of_them_whatever_the_page(owner: Membership, browser: Client) -> None:
    answer = browser.get("/profile/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "try again in a moment" in answer.content.decode()

    other = Client()
    other.force_login(MembershipFactory(team=owner.team).user)
    assert other.get("/profile/").status_code == 200
    assert Client().get("/accounts/login/").status_code == 200


LONG_ANSWERS = [
    "log/export/csv/",
    "log/export/jsonl/",
    "log/export/ocsf/",
    "log/export/report/",
    "log/proof/0/folder.zip",
    "log/export/proved/",
    "log/export/proved/0/",
    "log/proof/check/",
    "access/table/",
]


@pytest.mark.parametrize("path", LONG_ANSWERS)
def test_one_person_gets_one_long_answer_at_a_time(owner: Membership, browser: Client, path: str) -> None:
    """An export of a large log takes minutes of a processor; eight at once made all pages five times slower."""
    cover_what_is_there(owner, browser)
    url = f"/t/{owner.team.slug}/{path}"
    other = threading.Thread(target=long_answers.take, kwargs={"person": owner.user.pk, "team": owner.team.pk})
    other.start()
    other.join()
    try:
        answer = browser.get(url)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "try again in half a minute" in answer.content.decode()
        assert browser.get(f"/t/{owner.team.slug}/log/").status_code == 200
        colleague = Client()
        colleague.force_login(MembershipFactory(team=owner.team, role=Role.OWNER).user)
        assert colleague.get(url).status_code == 200
    finally:
        long_answers._taken.clear()
    assert [browser.get(url).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(("teams", "is_full"), [([0] * 4, True), ([1] * 4, False), ([1, 1, 1, 1, 2, 2, 2, 2], True)])
def test_those_of_many_people_have_a_quarter_of_the_threads_and_of_one_team_half_of_these(
    owner: Membership, browser: Client, teams: list[int], is_full: bool
) -> None:
    """Thirty-two people who exported had all of them. The numbers are teams, 0 that of who comes last."""
    assert WEB_THREADS // 4 == 8
    long_answers.give_back()
    for person, team in enumerate(teams, 10**6):
        whose = {"person": person, "team": owner.team.pk + team * 10**6}
        request = threading.Thread(target=long_answers.take, kwargs=whose)
        request.start()
        request.join()
    url = f"/t/{owner.team.slug}/log/export/csv/"
    try:
        answer = browser.get(url)
        assert (answer.status_code, answer.get("Retry-After")) == ((503, "30") if is_full else (200, None))
        assert browser.get("/profile/").status_code == 200
    finally:
        long_answers._taken.clear()
    assert browser.get(url).status_code == 200


def cover_what_is_there(owner: Membership, browser: Client) -> None:
    browser.get(f"/t/{owner.team.slug}/log/export/csv/")
    browser.get("/profile/")
    cover()


def test_an_answer_gives_its_thread_back(browser: Client) -> None:
    for _ in range(20):
        assert browser.get("/profile/").status_code == 200
    assert not shares._taken


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_sign_in_of_an_api_user_has_a_seat(
    by_api_user: ClientAccount, owner: Membership, service: Service
) -> None:
    service.fault(path="*login*", delay_ms=3000)
    ended: list[str] = []

    def request() -> None:
        bulkhead.begin_request()
        try:
            gateway.connect(by_api_user, Action(TAGS_LOADED, Actor("Ada", owner.user_id))).list_tags()
            ended.append("waited")
        except Obstructed as error:
            ended.append(error.obstacle)
        finally:
            bulkhead.end_request()
            connection.close()

    threads = [threading.Thread(target=request) for _ in range(14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    most = int(WAIT_OF_PERSON * WEB_THREADS)
    assert (ended.count("waited"), ended.count(Obstacle.TOO_MANY_WAIT)) == (most, 14 - most)
