"""Slow clients on the real web process: half-sent heads, dripping bodies, answers that nobody reads."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

from ktportal import web

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
HANGS = 10.0
"""Seconds that no answer takes unless something waits for the slow ones, which take longer."""

Connect = Callable[[], socket.socket]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def until(answers: Callable[[], object], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            answers()
            return
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.1)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("portal"), free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ktportal.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "PORT": str(port),
        "PORTAL_URL": f"http://127.0.0.1:{port}",
    }
    for command in (["migrate"], ["collectstatic", "--no-input"]):
        subprocess.run([*MANAGE, *command, "--verbosity=0"], env=environment, check=True)
    process = subprocess.Popen([sys.executable, "-m", "ktportal.web"], env=environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: socket.create_connection(("127.0.0.1", port)).close())
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.fixture(params=["the web process", "nginx"])
def connect(request: pytest.FixtureRequest, port: int, tmp_path: Path) -> Iterator[Connect]:
    """A connection to the portal, straight or through the proxy of `deploy/`."""
    if request.param == "the web process":
        yield lambda: socket.create_connection(("127.0.0.1", port), timeout=HANGS)
        return
    if NGINX is None:
        pytest.skip("nginx is not installed.")
    with proxy(port, tmp_path) as https:
        context = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))

        def secure() -> socket.socket:
            plain = socket.create_connection(("127.0.0.1", https), timeout=HANGS)
            return context.wrap_socket(plain, server_hostname="portal.example.com")

        until(lambda: secure().close())
        yield secure


@contextmanager
def proxy(port: int, folder: Path) -> Iterator[int]:
    https = free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=portal.example.com",
         "-addext", "subjectAltName=DNS:portal.example.com",
         "-out", str(folder / "fullchain.pem"), "-keyout", str(folder / "privkey.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    inner = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text()
    for written, here in {
        "/etc/ssl/portal.example.com": str(folder),
        "/var/log/nginx": str(folder),
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
        "limit_conn connections 100;": "limit_conn connections 400;",  # all clients of the test have one address
        "proxy_set_header Host $host;": f"proxy_set_header Host 127.0.0.1:{port};",
    }.items():
        assert written in inner
        inner = inner.replace(written, here)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; "
        f"events {{}} http {{ {temporary} {inner} }}"
    )
    command = [str(NGINX), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield https
    finally:
        process.terminate()
        process.wait(timeout=HANGS)


def page(connection: socket.socket, host: str) -> int:
    with connection:
        connection.sendall(f"GET /accounts/login/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        response.read()
        return response.status


def test_slow_clients_keep_nobody_waiting(connect: Connect, port: int) -> None:
    host, csrf = f"127.0.0.1:{port}", "I69nTYec7KInQ56R2T2OynWVeO5oNUpr"
    begins = [
        f"GET /accounts/login/ HTTP/1.1\r\nHost: {host}\r\nX-Slow: ",
        f"POST /accounts/login/ HTTP/1.1\r\nHost: {host}\r\nCookie: csrf={csrf}\r\nContent-Length: 9000\r\n\r\nlogin=",
        f"GET /static/css/frame.css HTTP/1.1\r\nHost: {host}\r\n\r\n" * 50,
    ]
    stop = threading.Event()
    with ExitStack() as open_ones:
        slow = [(open_ones.enter_context(connect()), begin) for begin in begins for _ in range(64)]
        for client, begin in slow:
            client.sendall(begin.encode())

        def drip() -> None:
            while not stop.wait(0.5):
                for client, _ in slow[:128]:
                    with suppress(OSError):
                        client.sendall(b"a")

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        began = time.monotonic()
        assert [page(connect(), host) for _ in range(5)] == [200] * 5
        assert time.monotonic() - began < HANGS
        stop.set()
        dripping.join()


def test_many_requests_at_once_whose_answers_nobody_reads_keep_nobody_waiting(port: int) -> None:
    """A hundred answers of a large file are more than waitress keeps in memory: a thread waited for each reader."""
    host = f"127.0.0.1:{port}"
    static = settings.BASE_DIR / "var" / "static"
    files = [path for path in static.rglob("*") if path.is_file() and path.suffix != ".gz"]
    large = max(files, key=lambda path: (path.stat().st_size, -len(path.name)))
    asked = f"GET /static/{large.relative_to(static)} HTTP/1.1\r\nHost:{host}\r\n\r\n".encode()
    times = 8192 // len(asked)  # as many as are read in one piece
    assert large.stat().st_size * times > 17 * 1024 * 1024
    with ExitStack() as open_ones:
        for _ in range(40):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            open_ones.enter_context(client).sendall(asked * times)
        time.sleep(9)  # until all threads would wait
        began = time.monotonic()
        for _ in range(5):
            assert page(socket.create_connection(("127.0.0.1", port), timeout=HANGS), host) == 200
        assert time.monotonic() - began < HANGS


def test_a_request_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """However steadily it drips, and also where its client is idle; what is answered goes on, however long it takes."""
    monkeypatch.setattr(web, "READING_SECONDS", 0.3)
    monkeypatch.setattr(web, "IDLE_SECONDS", 0.6)

    class Channel:
        def __init__(self, request: object, began: float, last_activity: float, requests: list[object]) -> None:
            self.request, self.began, self.last_activity, self.requests = request, began, last_activity, requests
            self.answered, self.will_close, self.total_outbufs_len = 0.0, False, 0

    now = 1000.0
    channels = {
        "dripping": Channel(object(), now - 0.4, now, []),
        "arriving": Channel(object(), now - 0.1, now, []),
        "idle": Channel(None, 0, now - 0.7, []),
        "kept alive": Channel(None, 0, now - 0.1, []),
        "being answered": Channel(None, 0, now - 100, [object()]),
    }
    channels["unread"] = Channel(None, 0, now, [])
    channels["being read"] = Channel(None, 0, now, [])
    channels["being read"].answered = now - 100
    channels["long export"] = Channel(None, now - web.ANSWERING_SECONDS - 1, now, [object()])
    for name in ("unread", "being read", "long export"):
        channels[name].total_outbufs_len = 1
    server = web.Server.__new__(web.Server)
    server.active_channels = channels
    server.maintenance(now)
    assert [name for name, channel in channels.items() if channel.will_close] == ["dripping", "idle", "unread"]


def test_a_body_above_the_limit_is_refused_before_it_is_read(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=HANGS) as client:
        head = f"POST /profile/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {web.LARGEST_BODY + 1}\r\n\r\n"
        client.sendall(head.encode() + b"x" * 1000)
        assert b" 413 " in client.recv(100)
