"""The settings, each time loaded by a new process from a copy of the project folder that has no `.env`."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ktportal.secrets import generate

ROOT = Path(__file__).resolve().parent.parent.parent

SHOW = """
import json, ktportal.settings as settings
print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper()}, default=id))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "ktportal", tmp_path / "ktportal", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=project,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def load(project: Path, **environment: str) -> dict[str, Any]:
    done = run(project, **generate(), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusal(project: Path, **environment: str) -> str:
    done = run(project, **environment)
    assert done.returncode != 0
    assert "ImproperlyConfigured: " in done.stderr
    return done.stderr.rpartition("ImproperlyConfigured: ")[2]


def test_nothing_starts_without_secrets_and_all_missing_ones_are_named(project: Path) -> None:
    said = refusal(project, PORTAL_URL="https://portal.example.com")
    assert "SECRET_KEY, ENCRYPTION_KEYS, AUDIT_HASH_KEYS, LOG_SIGNING_KEYS" in said


@pytest.mark.parametrize("name", generate())
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_one_missing_secret_is_named_alone(project: Path, name: str, empty: str | None) -> None:
    secrets = {key: value for key, value in generate().items() if key != name}
    said = refusal(project, **secrets, **({} if empty is None else {name: empty}))
    assert name in said
    assert not [other for other in secrets if other in said]


def test_refusals_do_not_show_secrets(project: Path) -> None:
    secrets = generate()
    secrets.pop("SECRET_KEY")
    done = run(project, **secrets)
    assert not [value for value in secrets.values() if value in done.stdout + done.stderr]


def test_the_sandbox_is_refused_on_a_public_address(project: Path) -> None:
    said = refusal(project, **generate(), SANDBOX="1", PORTAL_URL="https://portal.example.com")
    assert "SANDBOX=1" in said
    assert "https://portal.example.com" in said


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:9000", "http://[::1]:8000"])
def test_the_sandbox_is_taken_on_this_machine(project: Path, address: str) -> None:
    settings = load(project, SANDBOX="1", PORTAL_URL=address, SANDBOX_PORT="8301")
    assert settings["KLICKTIPP_URL"] == "http://127.0.0.1:8301"


@pytest.mark.parametrize("address", ["https://api.klicktipp.com", "http://192.0.2.7:8001", "api.klicktipp.com"])
def test_the_sandbox_is_refused_with_a_service_elsewhere(project: Path, address: str) -> None:
    said = refusal(project, **generate(), SANDBOX="1", KLICKTIPP_URL=address)
    assert "SANDBOX=1" in said
    assert address in said


def test_the_sandbox_is_refused_with_pages_for_granting_elsewhere(project: Path) -> None:
    said = refusal(project, **generate(), SANDBOX="1", KLICKTIPP_APP_URL="https://app.klicktipp.com")
    assert "KLICKTIPP_APP_URL is https://app.klicktipp.com" in said


def test_forms_lead_to_klicktipp_only_where_access_can_be_granted(project: Path) -> None:
    def targets(**environment: str) -> list[str]:
        return list(load(project, **environment)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"])

    assert targets() == ["'self'"]
    assert targets(KLICKTIPP_OPERATOR_ID="4711") == ["'self'", "https://app.klicktipp.com"]
    assert targets(SANDBOX="1", SANDBOX_PORT="8301") == ["'self'", "http://127.0.0.1:8301"]


def test_a_sandbox_on_another_port_of_this_machine_is_taken(project: Path) -> None:
    assert load(project, SANDBOX="1", KLICKTIPP_URL="http://localhost:9001")["KLICKTIPP_URL"] == "http://localhost:9001"


@pytest.mark.parametrize("address", ["https://portal.example.com", "http://192.0.2.7:8000"])
def test_debug_pages_are_refused_on_a_public_address(project: Path, address: str) -> None:
    said = refusal(project, **generate(), DEBUG="1", PORTAL_URL=address)
    assert "DEBUG=1" in said
    assert address in said


def test_debug_pages_are_taken_on_this_machine(project: Path) -> None:
    assert load(project, DEBUG="1")["DEBUG"] is True


def test_without_the_sandbox_the_portal_talks_to_klicktipp(project: Path) -> None:
    assert load(project)["KLICKTIPP_URL"] == "https://api.klicktipp.com"


@pytest.mark.parametrize("address", ["portal.example.com", "ftp://portal.example.com", "https://"])
def test_an_address_that_is_none_is_refused(project: Path, address: str) -> None:
    assert "PORTAL_URL" in refusal(project, **generate(), PORTAL_URL=address)


def test_sign_up_is_by_invitation_unless_opened(project: Path) -> None:
    assert load(project)["SIGNUP"] == "invite"
    assert load(project, SIGNUP="open")["SIGNUP"] == "open"
    assert "invite or open, not 'anyone'" in refusal(project, **generate(), SIGNUP="anyone")


def test_jobs_without_calls_or_with_rows_that_are_kept_for_no_day_are_refused(project: Path) -> None:
    for setting in ("JOB_CALLS_AT_ONCE", "JOB_CALLS_OF_WORKER", "JOB_ROWS_KEPT_DAYS"):
        assert f"{setting} must be 1 or more, not 0" in refusal(project, **generate(), **{setting: "0"})


def test_production_without_mail_or_with_keys_in_the_clear_is_refused_by_name(project: Path) -> None:
    public = generate() | {"PORTAL_URL": "https://portal.example.com", "EMAIL_URL": "smtp://127.0.0.1"}
    load(project, **{name: value for name, value in public.items() if name not in generate()})
    for setting, wrong in {
        "EMAIL_URL": "",
        "PORTAL_URL": "http://portal.example.com",
        "KLICKTIPP_URL": "http://api.klicktipp.com",
        "KLICKTIPP_APP_URL": "http://app.klicktipp.com",
        "CACHE_URL": "pymemcache://127.0.0.1:11211",
        "LIMITS_CACHE_URL": "filecache:///tmp/cache",
    }.items():
        assert setting in refusal(project, **public | {setting: wrong})


def test_subdomains_are_for_the_operator_to_decide(project: Path) -> None:
    address = {"PORTAL_URL": "https://portal.example.com", "EMAIL_URL": "smtp://127.0.0.1"}
    assert load(project, **address, HSTS_SUBDOMAINS="1")["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True


def test_a_public_https_address_brings_its_rules(project: Path) -> None:
    settings = load(project, PORTAL_URL="https://portal.example.com/", EMAIL_URL="smtp://127.0.0.1")
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["portal.example.com"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://portal.example.com"]
    assert settings["SESSION_COOKIE_NAME"] == "__Host-session"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrf"
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT"):
        assert settings[name] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert not settings.get("SECURE_HSTS_INCLUDE_SUBDOMAINS")
    assert not settings.get("SECURE_HSTS_PRELOAD")
    assert settings["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert settings["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "https"


def test_plain_http_works_on_this_machine_and_believes_no_proxy(project: Path) -> None:
    settings = load(project, PORT="8123")
    assert settings["PORTAL_URL"] == "http://127.0.0.1:8123"
    assert settings["SECURE_SSL_REDIRECT"] is False
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert settings["SECURE_PROXY_SSL_HEADER"] is None
    assert settings["SESSION_COOKIE_SECURE"] is False


def test_sqlite_writes_are_queued_and_logged_ahead(project: Path) -> None:
    database = load(project)["DATABASES"]["default"]
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] >= 5
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert "synchronous=NORMAL" in database["OPTIONS"]["init_command"]
    assert database["ATOMIC_REQUESTS"] is False


def test_the_file_is_read_and_the_environment_comes_first(project: Path) -> None:
    lines = [
        f"{name}={value}\n" for name, value in (generate() | {"PORT": "8111", "TIME_ZONE": "Europe/Vienna"}).items()
    ]
    (project / ".env").write_text("".join(lines))
    done = run(project, PORT="8222")
    assert done.returncode == 0, done.stderr
    settings = json.loads(done.stdout)
    assert (settings["PORT"], settings["TIME_ZONE"]) == (8222, "Europe/Vienna")


def variables_read() -> set[str]:
    """What settings.py reads: the first argument of every call of `env.<type>`, and the required secrets."""
    tree = ast.parse((ROOT / "ktportal" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    } | set(generate())


def test_hosts_for_logs_are_names_alone(project: Path) -> None:
    assert load(project)["LOG_STREAM_HOSTS"] == []
    hosts = load(project, LOG_STREAM_HOSTS="Logs.example.com, siem.example.com,")["LOG_STREAM_HOSTS"]
    assert hosts == ["logs.example.com", "siem.example.com"]
    for wrong in ("https://logs.example.com", "logs.example.com:443", "somebody@logs.example.com", "a b"):
        assert "LOG_STREAM_HOSTS names hosts alone" in refusal(project, **generate(), LOG_STREAM_HOSTS=wrong)


def test_the_example_lists_exactly_the_variables_that_are_read() -> None:
    listed = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(variables_read())


def test_every_variable_of_the_example_is_explained_above_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = [number for number, line in enumerate(lines) if re.match(r"#?[A-Z_]+=", line)]
    assert not [lines[number] for number in listed if not re.match(r"#( |KLICKTIPP_USERNAME=)", lines[number - 1])]


def test_the_readme_lists_exactly_the_variables_that_are_read() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(variables_read())
