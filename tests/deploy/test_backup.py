"""Backup while the portal runs, and restore, as docs/operations.md says."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from integrations.audit import events
from integrations.audit.models import AuditEntry
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Scope
from tests.factories import actor

DOCS = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()
NUMBERS = "SELECT team_id, number FROM audit_auditentry ORDER BY team_id, number"


def command(begins: str) -> str:
    found = re.search(rf"^    ({re.escape(begins)}.*)$", DOCS, re.MULTILINE)
    assert found, begins
    return found[1]


@pytest.fixture
def entries(transactional_db: None) -> list[tuple[int, int]]:
    for _ in range(20):
        events.record(SIGNED_IN, actor(), Scope(7))
        events.record(SIGNED_IN, actor(), Scope(8))
    return list(AuditEntry.objects.order_by("team_id", "number").values_list("team_id", "number"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Of PostgreSQL below.")
def test_sqlite_is_copied_whole_while_it_is_written(entries: list[tuple[int, int]], tmp_path: Path) -> None:
    source = str(connection.settings_dict["NAME"])
    backup = command("python -c 'import sqlite3").replace("var/portal.sqlite3", source)
    subprocess.run(["sh", "-c", backup.replace("python", sys.executable, 1)], cwd=tmp_path, check=True)
    events.record(SIGNED_IN, actor(), Scope(7))

    with sqlite3.connect(tmp_path / "backup.sqlite3") as restored:
        assert restored.execute(NUMBERS).fetchall() == entries
        with pytest.raises(sqlite3.IntegrityError, match="the log: "):
            restored.execute("DELETE FROM audit_auditentry")


@pytest.mark.skipif(
    connection.vendor != "postgresql" or not shutil.which("pg_dump"), reason="Needs PostgreSQL's tools."
)
def test_postgresql_is_dumped_and_restored_whole(entries: list[tuple[int, int]], tmp_path: Path) -> None:
    import psycopg

    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    source, target = f"{server}/{connection.settings_dict['NAME']}", f"{server}/ktportal_restored_{os.getpid()}"
    run: Any = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run(["sh", "-c", command("pg_dump")], env=os.environ | {"DATABASE_URL": source}, **run)
    events.record(SIGNED_IN, actor(), Scope(7))
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {target.rpartition('/')[2]}")
        try:
            subprocess.run(["sh", "-c", command("pg_restore")], env=os.environ | {"DATABASE_URL": target}, **run)
            with psycopg.connect(target, autocommit=True) as restored:
                assert restored.execute(NUMBERS).fetchall() == entries
                with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="the log: "):
                    restored.execute("DELETE FROM audit_auditentry")
        finally:
            admin.execute(f"DROP DATABASE {target.rpartition('/')[2]} WITH (FORCE)")
