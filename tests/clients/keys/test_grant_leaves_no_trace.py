"""A granted key passes the real web process and is neither in what that prints nor, in the clear, in its database."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings

from tests.factories import PASSWORD
from tests.pages import as_typed
from tests.service import Service

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
EMAIL = "demo@klick-tipp.team"
WAIT_SECONDS = 30


@pytest.fixture
def portal(service: Service, tmp_path: Path) -> Iterator[str]:
    """The address of a portal with the demo's team; all that its web process prints goes to `printed`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ktportal.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "PORT": str(port),
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "SANDBOX_PORT": str(urlsplit(service.url).port),
        "DEMO_PASSWORD": PASSWORD,
        "PYTHONUNBUFFERED": "1",
    }
    prepare = (["collectstatic", "--no-input"], ["migrate", "--verbosity=0"], ["seed_demo"])
    for command in prepare:
        subprocess.run([*MANAGE, *command], env=environment, check=True, timeout=120, capture_output=True)
    with open(tmp_path / "printed", "w") as printed:
        web = subprocess.Popen(
            [sys.executable, "-m", "ktportal.web"],
            cwd=settings.BASE_DIR, env=environment, stdout=printed, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield environment["PORTAL_URL"]
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait(timeout=WAIT_SECONDS)


class Visitor(requests.Session):
    """A browser that fills in forms."""

    def send_form(self, url: str, **typed: str) -> requests.Response:
        page = self.get(url)
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|proposal|name|colour)" value="([^"]*)"', page.text))
        return self.post(url, data=hidden | typed, headers={"Referer": url}, allow_redirects=False)

    def open_when_ready(self, url: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.get(url)
                return
            except requests.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def test_the_key_is_nowhere_on_its_way(portal: str, service: Service, tmp_path: Path) -> None:
    key, team = service.customer_keys[2], f"{portal}/t/demo-agentur"
    visitor = Visitor()
    visitor.open_when_ready(f"{portal}/accounts/login/")
    visitor.send_form(f"{portal}/accounts/login/", login=EMAIL, password=PASSWORD)
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', visitor.get(f"{team}/clients/new/").text)[0]
    typed = {"csrfmiddlewaretoken": token, "name": "Nordfeld", "colour": "teal"}
    begun = visitor.post(f"{team}/clients/new/grant/", data=typed, allow_redirects=False).headers["Location"]
    uid = service.accounts[2]["uid"]
    granted = requests.post(begun, data={"uid": uid}, allow_redirects=False, timeout=5).headers["Location"]
    assert granted.endswith(key)

    back = visitor.get(granted, allow_redirects=False)
    assert back.status_code == 303
    for refused in (granted, granted.replace("/?", "?"), f"{portal}/grants/forged/?customerkey={key}"):
        visitor.get(refused)
    confirm = portal + back.headers["Location"]
    stored = visitor.send_form(confirm)

    assert stored.headers["Location"] == "/t/demo-agentur/clients/nordfeld/"
    assert f"…{key[-4:]}" in as_typed(visitor.get(portal + stored.headers["Location"]).text)
    printed = (tmp_path / "printed").read_text()
    assert printed.count("/grants/") >= 4
    assert key not in printed
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as database:
        stored_rows = "\n".join(database.iterdump())
    assert EMAIL in stored_rows
    assert key not in stored_rows
