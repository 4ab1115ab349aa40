"""The web process: `gunicorn ktportal.wsgi` reads this file. Its own options and GUNICORN_CMD_ARGS come first."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings

from ktportal.logs import WithoutSecrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ktportal.settings")

bind = f"127.0.0.1:{settings.PORT}"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 16
timeout = 60
graceful_timeout = 25
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats must not wait for a disk
control_socket_disable = True

# Paths without their query strings: a key that comes back from KlickTipp's grant page stands in one. The filter below
# takes the keys of links out of paths.
accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s bytes %(M)s ms'


def on_starting(server: Any) -> None:
    for log in (server.log.error_log, server.log.access_log):
        log.addFilter(WithoutSecrets())
