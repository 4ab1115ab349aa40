"""The files of `deploy/` are what their readers understand."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

DEPLOY = Path(settings.BASE_DIR) / "deploy"
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def test_each_process_of_production_has_a_unit_that_hardens_it() -> None:
    commands = []
    for path in sorted((DEPLOY / "systemd").iterdir()):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(path)
        service = unit["Service"]
        assert service["UMask"] == "0077"
        assert service["NoNewPrivileges"] == "true"
        assert service["Restart"] == "always"
        assert int(service["TimeoutStopSec"]) > 25
        commands.append(service["ExecStart"].partition("/bin/")[2])
    assert commands == ["python manage.py clock", "python -m ktportal.web", "python manage.py worker"]


def test_the_containers_are_the_same_processes() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert services["web"]["command"] == "python -m ktportal.web"
    assert services["worker"]["command"] == "python manage.py worker"
    assert services["clock"]["command"] == "python manage.py clock"
    assert "noeviction" in services["limits"]["command"]
    assert services["web"]["environment"]["TRUSTED_PROXIES"] == "1"
    assert "--require-hashes" in (DEPLOY / "Dockerfile").read_text()


def test_the_portal_is_no_superuser_of_its_database() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    database = services["database"]
    assert database["environment"].get("POSTGRES_USER", "postgres") != "ktportal"
    assert "./database.sh:/docker-entrypoint-initdb.d/ktportal.sh:ro" in database["volumes"]
    assert all("POSTGRES_PASSWORD" not in services[name]["environment"] for name in ("web", "worker", "clock"))
    script = (DEPLOY / "database.sh").read_text()
    (role,) = re.findall(r"^CREATE ROLE ktportal (.*) PASSWORD :'password';$", script, re.MULTILINE)
    assert role.split() == ["LOGIN", "NOSUPERUSER", "NOCREATEDB", "NOCREATEROLE", "NOREPLICATION", "NOBYPASSRLS"]
    assert "CREATE DATABASE ktportal OWNER ktportal;" in script
    subprocess.run(["sh", "-n", DEPLOY / "database.sh"], check=True)


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed.")
def test_the_proxys_settings_are_understood(tmp_path: Path) -> None:
    certificate = [tmp_path / name for name in ("fullchain.pem", "privkey.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=portal.example.com",
         "-out", str(certificate[0]), "-keyout", str(certificate[1])],
        check=True, capture_output=True,
    )  # fmt: skip
    inner = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/portal.example.com", str(tmp_path))
    inner = inner.replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ {inner} }}"
    )
    done = subprocess.run(
        [str(NGINX), "-t", "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_log_of_the_proxy_has_whole_requests() -> None:
    """Paths hold the keys of invitations, query strings customer keys; nginx writes them into lines below "crit"."""
    servers = (DEPLOY / "nginx.conf").read_text().split("\nserver {")[1:]
    assert len(servers) == 2
    for server in servers:
        assert re.search(r"^    access_log \S+ without_keys;$", server, re.MULTILINE)
        assert re.search(r"^    error_log \S+ crit;", server, re.MULTILINE)
