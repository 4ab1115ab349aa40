"""Links to a stranger's address, sent by the portal."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Membership
from tests.accounts.helpers import link_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "host", ["testserver:8080", "evil.example", "TestServer", "testserver@evil.example", "a b", ""]
)
def test_a_request_for_another_host_is_refused_and_told_where_the_portal_is(owner: Membership, host: str) -> None:
    for path in ("/accounts/login/", "/t/any/", "/no-such-page/"):
        answer = Client().get(path, HTTP_HOST=host)
        assert answer.status_code == 400
        assert "http://testserver" in answer.content.decode()

    Client().post("/accounts/password/reset/", {"email": owner.user.email}, HTTP_HOST=host)
    assert mail.outbox == []


def test_links_in_mail_lead_to_the_portal_whatever_stands_before_it_says(owner: Membership) -> None:
    forged = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_FORWARDED": "host=evil.example", "SERVER_PORT": "4711"}
    Client().post("/accounts/password/reset/", {"email": owner.user.email}, HTTP_HOST="testserver", **forged)
    (message,) = mail.outbox
    assert "evil" not in str(message.body)
    assert "4711" not in str(message.body)
    assert link_in(message).startswith("/accounts/password/reset/key/")
