"""The state file:

a small SQLite database of records, written in whole transactions and held by one sandbox only.
"""

import os
import sqlite3
import stat
from collections.abc import Iterable
from pathlib import Path

Key = tuple[str, int, str]

_APPLICATION_ID = 0x4B545342
_LAYOUT = 1


class StateError(Exception):
    """The state cannot be used; the message is one line for the person who started the sandbox."""


class StateFile:
    """Opens or creates the file (mode 0600) and keeps it locked.

    Raises StateError and then leaves it as it was.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self._create_private()
            self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"The state file {self.path} cannot be opened: {error}") from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._connection.close()
            problem = "is in use by another sandbox" if "locked" in str(error) else f"is damaged ({error})"
            raise StateError(f"The state file {self.path} {problem}; it was left as it is.") from error
        except StateError:
            self._connection.close()
            raise

    def _create_private(self) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError("not a regular file")
            self._new = os.fstat(descriptor).st_size == 0
        finally:
            os.close(descriptor)

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("BEGIN EXCLUSIVE")
        if self._new:
            run(f"PRAGMA application_id = {_APPLICATION_ID}")
            run(f"PRAGMA user_version = {_LAYOUT}")
            run("CREATE TABLE record (kind TEXT, uid INTEGER, id TEXT, value TEXT, PRIMARY KEY (kind, uid, id))")
        elif run("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise StateError(f"The file {self.path} is not the state of a sandbox; it was left as it is.")
        elif run("PRAGMA user_version").fetchone()[0] != _LAYOUT:
            raise StateError(f"The state file {self.path} is of another version; it was left as it is.")
        elif (verdict := run("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise StateError(f"The state file {self.path} is damaged ({verdict}); it was left as it is.")
        run("COMMIT")
        self.path.chmod(0o600)

    def records(self) -> list[tuple[str, int, str, str]]:
        """All records as (kind, uid, id, JSON text), in the order in which they were first written."""
        return self._connection.execute("SELECT kind, uid, id, value FROM record ORDER BY rowid").fetchall()

    def write(self, changes: Iterable[tuple[Key, str | None]]) -> None:
        """Stores the JSON text of each key, or removes it where the text is None; all or nothing."""
        run = self._connection.execute
        run("BEGIN")
        try:
            for key, value in changes:
                if value is None:
                    run("DELETE FROM record WHERE kind = ? AND uid = ? AND id = ?", key)
                else:
                    run(
                        "INSERT INTO record VALUES (?, ?, ?, ?)"
                        " ON CONFLICT (kind, uid, id) DO UPDATE SET value = excluded.value",
                        (*key, value),
                    )
            run("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()
