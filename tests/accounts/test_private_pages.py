import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.middleware import private_pages
from accounts.models import Membership
from tests.accounts.helpers import sign_in

pytestmark = pytest.mark.django_db
NOT_KEPT = "private, no-store"


@pytest.mark.parametrize("page", ["home", "profile"])
def test_no_cache_keeps_a_page_of_a_person(browser: Client, page: str) -> None:
    assert browser.get(reverse(page))["Cache-Control"] == NOT_KEPT


def test_no_cache_keeps_a_page_that_was_not_found(browser: Client) -> None:
    response = browser.get("/t/no-such-team/clients/")

    assert (response.status_code, response["Cache-Control"]) == (404, NOT_KEPT)


def test_the_answer_that_signs_a_person_in_is_private_too(client: Client, owner: Membership) -> None:
    assert "no-store" in sign_in(client, owner.user.email)["Cache-Control"]


def test_strangers_get_no_word_on_caches_from_the_portal(client: Client) -> None:
    request = RequestFactory().get("/")
    request.user = client.get(reverse("account_login")).wsgi_request.user

    assert not private_pages(lambda _: HttpResponse())(request).has_header("Cache-Control")


def test_a_view_that_says_how_long_it_may_be_kept_is_believed(owner: Membership) -> None:
    request = RequestFactory().get("/")
    request.user = owner.user

    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "max-age=60"})

    assert private_pages(view)(request)["Cache-Control"] == "max-age=60"


def test_static_files_may_be_kept(browser: Client) -> None:
    response = browser.get("/static/css/parts.css")

    assert response.status_code == 200
    assert "no-store" not in response["Cache-Control"]
