"""The pages on which owners and admins say where the log goes."""

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.stream import sending
from integrations.audit.stream.models import Destination, Problem, Way
from tests.audit.stream.conftest import TOKEN, by_https, by_syslog
from tests.audit.stream.receiver import HOST, Collector
from tests.factories import MembershipFactory
from tests.pages import errors, html, logged, main_words

pytestmark = pytest.mark.django_db

TYPED = {"way": "https", "address": f"https://{HOST}/ingest?team=1", "token": TOKEN, "begin": "past"}


def url(owner: Membership, page: str = "") -> str:
    return f"/t/{owner.team.slug}/log/stream/{page}"


def set_up(browser: Client, owner: Membership, **changes: str) -> Any:
    return browser.post(url(owner, "change/"), TYPED | changes)


def stored() -> Destination:
    return Destination.objects.get()


def told(owner: Membership) -> list[str]:
    return logged(team_id=owner.team.pk, sentence__startswith="log_stream.")


def test_the_log_leads_there_where_the_operator_allows_hosts(
    browser: Client, owner: Membership, client: Client, settings: Any
) -> None:
    log, palette = f"/t/{owner.team.slug}/log/", f"/t/{owner.team.slug}/go/"
    assert url(owner) in html(browser.get(log))
    assert url(owner) in html(browser.get(palette))
    for role in (Role.EDITOR, Role.VIEWER, Role.AUDITOR):
        client.force_login(MembershipFactory(team=owner.team, role=role).user)
        assert url(owner) not in html(client.get(log))
    client.force_login(owner.user)

    settings.LOG_STREAM_HOSTS = []
    assert url(owner) not in html(browser.get(log))
    for page in ("", "change/", "remove/"):
        assert browser.get(url(owner, page)).status_code == 404
    for page in ("change/", "test/", "pause/", "remove/"):
        assert browser.post(url(owner, page), TYPED).status_code == 404


def test_a_destination_is_set_with_its_token_encrypted(browser: Client, owner: Membership) -> None:
    assert "The log is not forwarded yet." in main_words(browser.get(url(owner)))
    page = browser.get(url(owner, "change/"))
    assert f"The operator of this portal allows this host: {HOST}" in main_words(page)

    assert set_up(browser, owner).url == url(owner)

    destination = stored()
    assert (destination.way, destination.host, destination.port) == (Way.HTTPS, HOST, 443)
    assert (destination.target, destination.token, destination.last_four) == ("/ingest?team=1", TOKEN, "4711")
    assert destination.stored_by == owner.user
    assert TOKEN not in destination.encrypted_secret
    assert told(owner) == [f"{owner.user} set up the forwarding of the log to https://{HOST} (…4711)"]
    assert TOKEN not in str(list(AuditEntry.objects.values()))
    page = browser.get(url(owner))
    assert "…4711" in main_words(page)
    assert f"https://{HOST}/ingest?team=1" in main_words(page)
    assert TOKEN not in html(page) + html(browser.get(url(owner, "change/")))


def test_it_begins_with_what_the_log_has_or_with_what_is_new(browser: Client, owner: Membership) -> None:
    for begin in ("past", "new"):
        Destination.objects.all().delete()
        last = AuditEntry.objects.filter(team_id=owner.team.pk).latest("number").number
        set_up(browser, owner, begin=begin)
        assert stored().through_number == (last if begin == "new" else 0)


def test_what_cannot_be_is_told_at_its_field(browser: Client, owner: Membership) -> None:
    for field, changes in (
        ("address", {"address": f"http://{HOST}/"}),
        ("address", {"address": "https://elsewhere.example.com/"}),
        ("address", {"address": f"https://{HOST}.evil.example/"}),
        ("address", {"address": f"https://{HOST}@evil.example/"}),
        ("address", {"address": f"https://evil@{HOST}/"}),
        ("address", {"address": f"https://@{HOST}/"}),
        ("address", {"address": f"https://{HOST}:99999/"}),
        ("address", {"address": f"https://{HOST}:0/"}),
        ("address", {"address": f"https://{HOST}:port/"}),
        ("address", {"address": f"https://{HOST}/#part"}),
        ("address", {"address": f"https://{HOST}/a b"}),
        ("address", {"address": f"https://{HOST}/\r\nX-Evil: 1"}),
        ("address", {"address": f"https://{HOST}/ü"}),
        ("address", {"address": "https://[::1/"}),
        ("address", {"address": "https://127.0.0.1/"}),
        ("address", {"address": "https:///path"}),
        ("address", {"address": f"https://{HOST}/{'x' * 500}"}),
        ("address", {"address": ""}),
        ("address", {"way": "syslog", "address": f"https://{HOST}/"}),
        ("address", {"way": "syslog", "address": f"{HOST}?x"}),
        ("address", {"way": "syslog", "address": "elsewhere.example.com:6514"}),
        ("way", {"way": "udp"}),
        ("token", {"token": ""}),
        ("token", {"token": "two words"}),
        ("token", {"token": "line\r\nbreak"}),
        ("token", {"token": "schlüssel"}),
        ("token", {"token": "x" * 2001}),
        ("begin", {"begin": "never"}),
    ):
        page = set_up(browser, owner, **changes)
        assert list(errors(page)) == [field], changes
        assert TOKEN not in html(page)
    assert not Destination.objects.exists()
    assert told(owner) == []


def test_syslog_has_host_and_port_and_no_token(browser: Client, owner: Membership) -> None:
    for address, port in ((HOST.upper(), 6514), (f"{HOST}:601", 601)):
        set_up(browser, owner, way="syslog", address=address)
        assert (stored().way, stored().host, stored().port, stored().encrypted_secret) == ("syslog", HOST, port, "")
    assert told(owner)[1:] == [f"{owner.user} changed the forwarding of the log: to {HOST}:601 instead of {HOST}:6514"]


def test_a_token_stays_with_its_host(browser: Client, owner: Membership, settings: Any) -> None:
    settings.LOG_STREAM_HOSTS = [HOST, "other.example.com"]
    set_up(browser, owner)
    set_up(browser, owner, token="", address=f"https://{HOST}/elsewhere")
    assert (stored().token, stored().target) == (TOKEN, "/elsewhere")
    for address in ("https://other.example.com/", f"https://{HOST}:8443/"):
        assert list(errors(set_up(browser, owner, token="", address=address))) == ["token"]
    set_up(browser, owner, way="syslog", address=HOST, token="")
    assert list(errors(set_up(browser, owner, token=""))) == ["token"]


def test_another_destination_goes_on_where_the_first_one_ended(browser: Client, owner: Membership) -> None:
    set_up(browser, owner)
    Destination.objects.update(through_number=1, failures=5, next_at=timezone.now())
    page = browser.get(url(owner, "change/"))
    assert "begin" not in page.context["form"].fields

    set_up(browser, owner, way="syslog", address=HOST)

    assert (stored().through_number, stored().failures, stored().next_at) == (1, 0, None)


def test_a_test_says_what_came_of_it(
    browser: Client, owner: Membership, collector: Collector, destination: Destination
) -> None:
    page = browser.post(url(owner, "test/"), follow=True)
    assert f"The test has arrived at {HOST}." in main_words(page)
    (line,) = collector.lines
    assert (line["kind"], line["text"]) == ("test", "A test of where the log of ktportal is sent to")

    collector.replies = [b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"]
    page = browser.post(url(owner, "test/"), follow=True)
    assert f"The test did not arrive at {HOST}. The host does not accept the token." in main_words(page)
    assert stored().through_number == 0
    assert told(owner)[1:] == [f"{owner.user} sent a test to {destination}, where the log is forwarded to"] * 2


def test_tests_are_limited(browser: Client, owner: Membership, settings: Any) -> None:
    cache.clear()
    by_https(owner.team)
    settings.LOG_STREAM_HOSTS = ["other.example.com"]
    assert [browser.post(url(owner, "test/")).status_code for _ in range(11)] == [302] * 10 + [429]


def test_the_page_says_what_waits_since_when_and_why(
    browser: Client, owner: Membership, collector: Collector, destination: Destination
) -> None:
    Destination.objects.update(through_number=1)
    assert "1 entry waits, since " in main_words(browser.get(url(owner)))
    collector.replies = [b"HTTP/1.1 503 No\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"]
    sending.send.call(owner.team.pk)
    page = main_words(browser.get(url(owner)))
    assert "Nothing has arrived since " in page
    assert "The host answered with an error. (status 503) The next attempt is made at " in page
    assert "2 entries wait, the first of them since " in page

    Destination.objects.update(next_at=None)
    sending.send.call(owner.team.pk)
    page = main_words(browser.get(url(owner)))
    assert "Everything has arrived." in page
    assert "up to entry 4" in page
    assert "Nothing has arrived" not in page


def test_every_problem_has_its_sentence(browser: Client, owner: Membership) -> None:
    by_syslog(owner.team)
    for problem in Problem:
        Destination.objects.update(problem=problem, failing_since=timezone.now())
        assert str(problem.label) in main_words(browser.get(url(owner)))


def test_it_is_paused_and_goes_on(browser: Client, owner: Membership, collector: Collector) -> None:
    destination = by_https(owner.team, collector.port)
    for _ in range(2):
        browser.post(url(owner, "pause/"))
    assert stored().is_paused
    assert "Paused." in main_words(browser.get(url(owner)))
    sending.send.call(owner.team.pk)
    assert collector.bodies == []

    for _ in range(2):
        browser.post(url(owner, "pause/"), {"go_on": "1"})
    sending.send.call(owner.team.pk)
    assert collector.numbers == [1, 2, 3, 4]
    assert told(owner)[1:] == [
        f"{owner.user} paused the forwarding of the log to {destination}",
        f"{owner.user} resumed the forwarding of the log to {destination}",
    ]


def test_it_is_removed_with_its_token(browser: Client, owner: Membership) -> None:
    destination = by_https(owner.team)
    assert "End the forwarding" in main_words(browser.get(url(owner, "remove/")))
    assert Destination.objects.exists()

    assert browser.post(url(owner, "remove/")).url == url(owner)

    assert not Destination.objects.exists()
    assert told(owner)[1:] == [f"{owner.user} ended the forwarding of the log to {destination}"]
    for page in ("remove/", "test/", "pause/"):
        assert browser.post(url(owner, page)).url == url(owner)


def test_another_teams_destination_is_out_of_reach(browser: Client, owner: Membership, settings: Any) -> None:
    other = MembershipFactory(role=Role.OWNER)
    by_https(other.team)
    assert "The log is not forwarded yet." in main_words(browser.get(url(owner)))
    assert browser.get(url(other)).status_code == 404
    browser.post(url(owner, "remove/"))
    assert Destination.objects.filter(team=other.team).exists()


def test_it_is_asked_who_is_there_and_the_token_is_typed_again(browser: Client, owner: Membership) -> None:
    session: Any = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 31 * 60
    session.save()
    assert "reauthenticate" in browser.get(url(owner)).url

    kept = browser.post(url(owner, "change/"), TYPED, headers={"Origin": "http://testserver"})

    assert kept.status_code == 403
    assert TYPED["address"] in html(kept)
    assert TOKEN not in html(kept)
    assert not Destination.objects.exists()
