"""What the library costs on top of requests: `python -m benchmarks.library`.

2,000 sequential `get_tag` calls, against the same with a bare `requests.Session` and `.get(url).json()`, on a local
server without latency. Both take turns in rounds, so that a busy machine slows both, and the medians are compared.
Ends with status 1 if the limit is not kept.
"""

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import requests

from integrations.klicktipp import Attempt, DeveloperKeyAuth, Ending, KlickTipp

LIMIT = 1.25
CALLS = 2_000
ROUNDS = 5

BODY = b'{"tagid":"21","name":"webinar_june2025","text":"People of the webinar in June 2025"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Watching:
    """An observer that costs nothing of its own."""

    def begin(self, attempt: Attempt) -> None:
        pass

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        pass


def serve() -> None:
    """Answer every request with the same tag; end after two minutes without a new connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        server.settimeout(120)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=answer, args=[connection], daemon=True).start()


def answer(connection: socket.socket) -> None:
    """Serve one connection until it is closed."""
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        while data := connection.recv(65536):
            received += data
            while (end := received.find(b"\r\n\r\n")) >= 0:
                received = received[end + 4 :]
                connection.sendall(ANSWER)


def timed(call: Callable[[], object]) -> float:
    """Seconds for one round."""
    began = time.perf_counter()
    for _ in range(CALLS // ROUNDS):
        call()
    return time.perf_counter() - began


def measure(url: str) -> tuple[float, float]:
    """Seconds for all calls: with requests alone, and with the library."""
    auth = DeveloperKeyAuth("operator", "0123456789abcdef", "customer-key")
    api = KlickTipp(auth, base_url=url, observer=Watching())
    session = requests.Session()
    bare, library = [], []
    for _ in range(ROUNDS):
        library.append(timed(lambda: api.get_tag(21)))
        bare.append(timed(lambda: session.get(f"{url}/tag/21").json()))
    return statistics.median(bare) * ROUNDS, statistics.median(library) * ROUNDS


def main() -> int:
    command = [sys.executable, "-c", "from benchmarks.library import serve; serve()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            bare, library = measure(f"http://127.0.0.1:{int(server.stdout.readline())}")
        finally:
            server.kill()
    ratio = library / bare
    kept = ratio <= LIMIT
    print(f"{CALLS} calls of get_tag, {ROUNDS} rounds each, medians")
    print(f"  requests alone  {bare:6.2f} s  {bare / CALLS * 1e6:5.0f} µs a call")
    print(f"  the library     {library:6.2f} s  {library / CALLS * 1e6:5.0f} µs a call")
    print(f"  ratio           {ratio:6.2f}    limit {LIMIT}: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
