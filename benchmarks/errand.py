"""How far the errand of adding a contact goes: `python -m benchmarks.errand`.

A contact with an address that is new and two tags: the form, then sending it. Counted are the database queries of both
but for the begin and end of transactions, and the portal's own files and functions that sending passes through, without
those of the KlickTipp library and what the profile page takes as well, which is what every page takes. KlickTipp is the
sandbox. On SQLite and, where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1 if a limit is not kept.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.apart import Found, main

LIMITS = {"queries of the form": 20, "queries of sending": 30, "files": 30, "functions": 130}

_ROOT = Path(__file__).parents[1]
_OWN = tuple(f"{_ROOT / folder}/" for folder in ("accounts", "integrations", "ktportal"))
_LIBRARY = f"{_ROOT / 'integrations' / 'klicktipp'}/"


def measure(url: str) -> Found:
    """What the errand takes on the database of the environment."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext, override_settings

    from integrations.sandbox.server import SandboxServer

    sandbox = SandboxServer(
        operator_username=settings.KLICKTIPP_USERNAME, developer_key=settings.KLICKTIPP_DEVELOPER_KEY
    )
    with sandbox, override_settings(KLICKTIPP_URL=sandbox.url):
        open_form, send, open_profile = _errand(sandbox.url)
        with CaptureQueriesContext(connection) as of_form:
            open_form()
        queries_of_form = _queries(of_form)
        with CaptureQueriesContext(connection) as of_sending:
            passed = _passed_by(send)
        queries_of_sending = _queries(of_sending)
        passed -= _passed_by(open_profile)
    return {
        "queries of the form": queries_of_form,
        "queries of sending": queries_of_sending,
        "files": len({code.co_filename for code in passed}),
        "functions": len([code for code in passed if not code.co_name.startswith("<")]),
    }


def _queries(captured: Iterable[dict[str, str]]) -> int:
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT")) for query in captured)


def _errand(sandbox: str) -> tuple[Callable[[], object], Callable[[], object], Callable[[], object]]:
    """Opening the form, sending it, opening the profile, once all is there that a process loads only once."""
    from django.test import Client

    from accounts.roles import Role
    from integrations.clients.models import ReferenceKind
    from tests.factories import ClientAccountFactory, MembershipFactory
    from tests.service import Service

    owner: Any = MembershipFactory(role=Role.OWNER)
    account: Any = ClientAccountFactory(team=owner.team, customer_key=Service(sandbox).customer_keys[0])
    tags = _load_lists(account)[ReferenceKind.TAGS]
    browser = Client()
    browser.force_login(owner.user)
    page = f"/t/{account.team.slug}/clients/{account.slug}/contacts/add/"

    def open_form() -> None:
        assert browser.get(page).status_code == 200

    def send(email: str = "rainer@klick-tipp.team") -> None:
        typed = {"action": uuid4(), "email": email, "basis": "consent", "source": "Fair", "obtained_on": "2026-11-01"}
        form = urlencode(typed | {"tags": [tag["id"] for tag in tags[:2]]}, doseq=True)
        assert browser.post(page, form, content_type="application/x-www-form-urlencoded").status_code == 302

    def open_profile() -> None:
        assert browser.get("/profile/").status_code == 200

    open_form()
    send("alex@klick-tipp.team")
    open_profile()
    return open_form, send, open_profile


def _load_lists(account: Any) -> dict[str, list[dict[str, Any]]]:
    from integrations.audit.actors import Actor
    from integrations.clients.lists import LISTED, load

    return {kind: load(account, kind, Actor("Alex")).items for kind in LISTED}


def _passed_by(errand: Callable[[], object]) -> set[CodeType]:
    """The portal's own code that an errand runs in this thread."""
    passed = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(_OWN) and not code.co_filename.startswith(_LIBRARY):
            passed.add(code)

    sys.setprofile(note)
    try:
        errand()
    finally:
        sys.setprofile(None)
    return passed


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    told = ", ".join(f"{found[name]:.0f} {name} (limit {limit})" for name, limit in LIMITS.items())
    return all(found[name] <= limit for name, limit in LIMITS.items()), told


if __name__ == "__main__":
    sys.exit(main("errand", measure, judge))
