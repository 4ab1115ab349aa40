"""Databases that can be locked, and one that can be restarted."""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol


class Database(Protocol):
    url: str
    can_restart: bool

    def lock(self, seconds: float) -> None:
        """Let nobody write for so long."""

    def restart(self) -> None: ...

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """What a query gives."""


class Sqlite:
    can_restart = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = f"sqlite:///{path}"

    @classmethod
    @contextmanager
    def made(cls, folder: Path) -> Iterator[Database]:
        yield cls(folder / "portal.sqlite3")

    def lock(self, seconds: float) -> None:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()

    def restart(self) -> None:
        """There is no server."""

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path, timeout=30)) as connection:
            return connection.execute(question).fetchall()


class Postgres:
    """A server of its own, made by the programs of an installed one."""

    can_restart = True

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self.url = f"postgres://crash@127.0.0.1:{port}/postgres"

    @classmethod
    @contextmanager
    def made(cls, folder: Path) -> Iterator[Database]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            server = cls(folder, free.getsockname()[1])
        if os.geteuid() == 0:
            os.chmod(folder, 0o711)  # noqa: S103 - the server's user has to get to its folder
            (folder / "postgres").mkdir()
            shutil.chown(folder / "postgres", "postgres")
        else:
            (folder / "postgres").mkdir()
        server._run("initdb", "-D", str(server._data), "-U", "crash", "-A", "trust", "-E", "UTF8")
        server._start()
        try:
            yield server
        finally:
            server._run("pg_ctl", "-D", str(server._data), "-m", "immediate", "-w", "stop")

    @property
    def _data(self) -> Path:
        return self._folder / "postgres" / "data"

    def _start(self) -> None:
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder / 'postgres'}"
        )
        log = str(self._folder / "postgres" / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        path = str(programs[-1]) if programs else program
        user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
        subprocess.run(
            [path, *arguments], user=user, cwd=self._folder / "postgres", check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def lock(self, seconds: float) -> None:
        import psycopg

        with psycopg.connect(self.url) as connection:
            connection.execute("LOCK TABLE audit_entrycounter IN EXCLUSIVE MODE")
            time.sleep(seconds)
            connection.rollback()

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self.url) as connection:
            return connection.execute(question).fetchall()

    def restart(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
        self._start()
