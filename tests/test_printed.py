"""What paper says of a page: whose it is, when it was printed, in which zone, and what its list was filtered by."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from integrations.clients.models import ClientAccount

HIDES = "What happened: changes and failures; what was only read is hidden"


def printed(page: Any) -> str:
    """The one line that says when, with what stands behind it."""
    text = page.getvalue().decode()
    told = [" ".join(unescape(part).split()) for part in re.findall('<p class="print-only">(.*?)</p>', text, re.DOTALL)]
    assert sum("Printed on" in part for part in told) == 1, page.request["PATH_INFO"]
    return " / ".join(told)


def test_each_page_tells_whose_it_is_and_when_it_was_printed(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    when = r"Printed on \d+ \w+ \d{4}, \d\d:\d\d UTC\+0[12]:00"
    team, client = f"/t/{owner.team.slug}/", f"/t/{owner.team.slug}/clients/{account.slug}/"
    asked = rf"Who could reach the clients of {owner.team} on \d+ \w+ \d{{4}}"
    of_team, of_client = rf"{owner.team} · {when}", rf"{owner.team} · Client: {account} · {when}"
    of_log = rf"{of_team} · {HIDES}"
    for page, expected in (
        ("/profile/", when),
        (team, of_team),
        (f"{team}members/", of_team),
        (f"{team}log/", of_log),
        (reverse("log_report", args=[owner.team.slug]), of_team),
        (f"{team}log/1/", of_team),
        (reverse("access_review", args=[owner.team.slug]), rf"{of_team} / {asked}"),
        (f"{client}tags/?load=now", of_client),
        (f"{client}contacts/browse/?load=now&rows=all", of_client),
        (f"{client}contacts/10000001/", of_client),
        (reverse("suppressions", args=[owner.team.slug, account.slug]), of_client),
    ):
        answer = browser.get(page, follow=True)
        assert re.fullmatch(expected, printed(answer)), (page, printed(answer))


def test_paper_tells_the_filters_of_a_list(browser: Client, owner: Membership, account: ClientAccount) -> None:
    team, client = f"/t/{owner.team.slug}/", f"/t/{owner.team.slug}/clients/{account.slug}/"
    for page, filters in (
        (
            f"{team}log/?client={account.slug}&outcome=done&since=2026-11-01&q=VIP",
            f" · Client: {account} · Outcome: done · From: 01/11/2026 00:00 · {HIDES} · Search: VIP",
        ),
        (
            f"{client}contacts/browse/?load=now&rows=all&status=subscribed&bounce=hardbounce&tag=5",
            " · Status: Subscribed · Bounce: Hard bounce · Tag: 5",
        ),
        (f"{client}tags/?load=now&q=news", " / Search: news"),
        (f"{client}contacts/fields/?load=now&q=name", " / Search: name"),
    ):
        told = printed(browser.get(page, follow=True))
        assert re.split(r"(?<=UTC\+0[12]:00)", told)[1] == filters or told.endswith(filters), (page, told)
