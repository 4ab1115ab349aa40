"""Taking all threads of the web process."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from accounts.crowds import OF_PERSON, shares
from accounts.models import Membership
from integrations.audit.actors import Actor
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
        request = threading.Thread(target=shares.take, args=(owner.user.pk,))
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
