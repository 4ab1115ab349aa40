"""The portal's own settings, with throw-away secrets and quick choices where the test is not about them."""

import os

from ktportal.secrets import generate

os.environ.update({name: os.environ.get(f"TEST_{name}", value) for name, value in generate().items()})
os.environ.setdefault("PORTAL_URL", "http://localhost:8000")
os.environ["SIGNUP"] = os.environ.get("SIGNUP", "invite")
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["SANDBOX"] = "1"
os.environ["LOG_STREAM_HOSTS"] = "logs.example.com"
os.environ["SECURITY_CONTACT"] = "mailto:security@example.com"
os.environ["KLICKTIPP_USERNAME"] = "test-operator"
os.environ["KLICKTIPP_DEVELOPER_KEY"] = "0123456789abcdef0123456789abcdef"

from ktportal.settings import *  # noqa: F403
from ktportal.settings import BASE_DIR, DATABASES, TASKS

LOCALE_PATHS = [BASE_DIR / "locale"]
"""Tests read English as it stands in the code; what is compiled of it is tested in ktportal/test_translations.py."""

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {name: {"BACKEND": IN_MEMORY, "LOCATION": name} for name in ("default", "lists")}
TASKS = {"default": TASKS["default"] | {"BACKEND": "tests.immediate.Immediate"}}
PORTAL_HOST = "testserver"
PORTAL_URL = f"http://{PORTAL_HOST}"
ALLOWED_HOSTS = [PORTAL_HOST, "localhost"]
STATIC_ROOT = BASE_DIR / "static"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": BASE_DIR / "var" / "test.sqlite3"}
CHECKS_AT_ONCE = 1
