"""Taking all threads of the web process."""

import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.crowds import OF_PERSON, shares
from accounts.models import Membership
from ktportal.settings import WEB_THREADS
from tests.factories import MembershipFactory

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
