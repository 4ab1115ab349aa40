import socket
import stat
from pathlib import Path
from typing import Any

import environ
import pytest

from ktportal import demo
from ktportal.secrets import generate


def test_env_is_written_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert demo.write_env(path)
    first = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not demo.write_env(path)
    assert path.read_text() == first


def test_an_older_env_gets_the_secrets_that_came_later(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    demo.write_env(path)
    whole = path.read_text()
    older = "".join(line for line in whole.splitlines(keepends=True) if not line.startswith("LOG_SIGNING_KEYS="))
    path.write_text(older)

    assert demo.complete_env(path) == ["LOG_SIGNING_KEYS"]
    assert path.read_text().startswith(older)
    assert len(path.read_text()) == len(whole)
    assert path.stat().st_mode & 0o777 == 0o600
    assert demo.complete_env(path) == []

    operators = older.replace("SANDBOX=1\n", "")
    path.write_text(operators)
    assert demo.complete_env(path) == []
    assert path.read_text() == operators
    assert demo.complete_env(tmp_path / "none") == []


def test_env_has_every_secret_and_what_the_demo_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.write_env(tmp_path / ".env")
    monkeypatch.setattr(environ.Env, "ENVIRON", {})
    environ.Env.read_env(tmp_path / ".env")
    read = environ.Env.ENVIRON
    assert set(read) == {*generate(), "SANDBOX", "KLICKTIPP_USERNAME", "KLICKTIPP_DEVELOPER_KEY", "DEMO_PASSWORD"}
    assert bytes.fromhex(read["KLICKTIPP_DEVELOPER_KEY"])
    assert all(read.values())


def test_a_taken_port_is_said_in_one_line_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(demo.CannotStart) as refused:
            demo.check_ports({"PORT": port})
    assert f"Port {port}: " in str(refused.value)
    assert f"PORT={port + 10} make run" in str(refused.value)
    assert "\n" not in str(refused.value)
    demo.check_ports({"PORT": port})


@pytest.mark.parametrize("ports", [{"PORT": 70_000}, {"PORT": 8000, "SANDBOX_PORT": 8000}])
def test_impossible_ports_are_refused(ports: dict[str, int]) -> None:
    with pytest.raises(demo.CannotStart, match="PORT"):
        demo.check_ports(ports)


def test_a_process_that_ends_is_started_again_three_times_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo.sys, "executable", "true")
    manager = demo.Processes()
    manager.add_process("ends", f"echo started >> {tmp_path / 'starts'}; exit 3")
    manager.add_process("stays", "sleep 60")

    assert manager.run() == 3

    assert (tmp_path / "starts").read_text().count("started") == 4
    assert capsys.readouterr().out.count("ends is started again") == 3


def test_the_sandbox_gets_no_secret_of_the_portal(settings: Any) -> None:
    settings.SANDBOX = True
    given = demo.processes()._processes
    of_sandbox = given["sandbox"]["obj"].env
    assert not {"SECRET_KEY", "ENCRYPTION_KEYS", "AUDIT_HASH_KEYS", "DATABASE_URL"} & set(of_sandbox)
    assert of_sandbox["KLICKTIPP_USERNAME"] == settings.KLICKTIPP_USERNAME
    assert set(given) == {"web", "worker", "clock", "sandbox"}
