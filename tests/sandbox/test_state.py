import os
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from integrations.sandbox.server import SandboxServer
from integrations.sandbox.statefile import StateError
from tests.sandbox.client import Api

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KLICKTIPP_")}
    return subprocess.Popen(
        [sys.executable, "-m", "integrations.sandbox", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline()
    return line.split(" answers at ")[1].split()[0]


def test_a_second_start_has_the_same_data(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SandboxServer(accounts=2, state=path, operator_username="agency") as server:
        api = Api(server)
        credentials = api.control("GET", "accounts").json()
        contact = api.add("kept@example.org", tagid=api.tag_id("VIP"), fields={"fieldCity": "Köln"})
        gone = api.add("gone.for.good@example.org")
        api.delete(f"/subscriber/{gone['id']}")
        tag = api.post("/tag", {"name": "kept"}).json()[0]
        body = {"username": api.account["username"], "password": api.account["password"]}
        sessid = requests.post(f"{server.url}/account/login", json=body, timeout=5).json()["sessid"]
        contacts = api.get("/subscriber").json()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert credentials["accounts"][0]["password"].encode() in path.read_bytes()
    assert sessid.encode() not in path.read_bytes()

    with SandboxServer(accounts=3, state=path) as server:
        api = Api(server)
        again = api.control("GET", "accounts").json()
        assert again["operator"] == credentials["operator"]
        assert again["accounts"][:2] == credentials["accounts"]
        assert len(again["accounts"]) == 3
        assert api.get("/subscriber").json() == contacts
        assert api.get(f"/subscriber/{contact['id']}").json() == contact
        assert api.get(f"/tag/{tag}").json()["name"] == "kept"
        assert api.get(f"/subscriber/{gone['id']}").status_code == 404
        assert int(api.add("next@example.org")["id"]) > tag
        assert requests.get(f"{server.url}/list", headers={"X-Session-Id": sessid}, timeout=5).status_code == 200
        api.control("POST", "reset")

    with SandboxServer(accounts=1, state=path, developer_key="abcd") as server:
        api = Api(server)
        assert len(api.control("GET", "accounts").json()["accounts"]) == 3
        assert api.operator["developer_key"] == "abcd"
        assert api.post("/subscriber/search", {"email": "kept@example.org"}).status_code == 404


def test_a_state_from_before_contacts_had_keys_and_times_of_change(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SandboxServer(accounts=1, state=path) as server:
        known = Api(server).contacts()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE record SET value = json_remove(value, '$.key', '$.changed') WHERE kind = 'contact'")
    connection.close()
    with SandboxServer(accounts=1, state=path) as server:
        assert Api(server).contacts() == known


def test_changes_are_in_the_file_soon(tmp_path: Path) -> None:
    path = tmp_path / "state"
    process = command("--port", "0", "--state", str(path))
    try:
        url = url_of(process)
        key = requests.get(f"{url}/_sandbox/accounts", timeout=5).json()["accounts"][0]["listbuilding_key"]
        body = {"apikey": key, "email": "acknowledged@example.org"}
        assert requests.post(f"{url}/subscriber/signin", json=body, timeout=5).status_code == 200
        time.sleep(0.55)
    finally:
        process.kill()
        process.communicate(timeout=5)
    with SandboxServer(state=path) as server:
        assert Api(server).post("/subscriber/search", {"email": "acknowledged@example.org"}).status_code == 200


def broken_file(path: Path, how: str) -> None:
    if how == "text":
        path.write_text("this is not a state\n" * 50)
    elif how == "other database":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE auth_user (id INTEGER)")
        connection.close()
    else:
        with SandboxServer(accounts=1, state=path):
            pass
        whole = path.read_bytes()
        if how == "cut in half":
            path.write_bytes(whole[: len(whole) // 2])
        elif how == "bad record":
            with sqlite3.connect(path) as connection:
                connection.execute("UPDATE record SET value = '{' WHERE kind = 'tag'")
            connection.close()
        elif how == "missing account":
            with sqlite3.connect(path) as connection:
                connection.execute("DELETE FROM record WHERE kind = 'profile'")
            connection.close()


@pytest.mark.parametrize("how", ["text", "other database", "cut in half", "bad record", "missing account"])
def test_a_damaged_state_is_refused_and_left_alone(tmp_path: Path, how: str) -> None:
    path = tmp_path / "state"
    broken_file(path, how)
    before = path.read_bytes()
    with pytest.raises(StateError, match="left as it") as caught:
        SandboxServer(state=path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_places_where_no_state_can_be(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "state"):
        with pytest.raises(StateError, match="cannot be opened"):
            SandboxServer(state=path)


def test_an_empty_file_is_a_new_state(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.touch(0o644)
    with SandboxServer(accounts=1, state=path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_sandbox_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SandboxServer(accounts=1, state=path), pytest.raises(StateError, match="in use"):
        SandboxServer(accounts=1, state=path)
    with SandboxServer(accounts=1, state=path):
        pass


@pytest.mark.parametrize("key", ["", " ", "abc", "xyz0"])
def test_developer_keys_that_are_not_hex(key: str) -> None:
    with pytest.raises(StateError, match="hex of even length"):
        SandboxServer(developer_key=key)


def test_the_command_stops_cleanly_and_takes_the_operator_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "state"
    process = command("--port", "0", "--state", str(path), KLICKTIPP_USERNAME="agency", KLICKTIPP_DEVELOPER_KEY="00ff")
    url = url_of(process)
    found = requests.get(f"{url}/_sandbox/accounts", timeout=5).json()
    assert (found["operator"]["username"], found["operator"]["developer_key"]) == ("agency", "00ff")
    process.terminate()
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "", "")
    with SandboxServer(state=path) as server:
        assert Api(server).operator == found["operator"]


def test_the_command_says_in_one_line_what_is_wrong(sandbox: SandboxServer, tmp_path: Path) -> None:
    damaged = tmp_path / "state"
    damaged.write_text("this is not a state\n" * 50)
    processes = [
        command("--port", str(sandbox.port)),
        command("--port", "0", "--state", str(damaged)),
    ]
    for process in processes:
        _, err = process.communicate(timeout=10)
        assert process.returncode == 1
        assert err.count("\n") == 1
        assert "Traceback" not in err
