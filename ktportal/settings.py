"""Settings: all of them come from the environment or `.env`; `.env.example` lists and explains them."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

# What the portal's commands write is for its own user alone.
os.umask(0o077)

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- Secrets -------------------------------------------------------------------------------------

REQUIRED_SECRETS = ("SECRET_KEY", "ENCRYPTION_KEYS", "AUDIT_HASH_KEYS", "LOG_SIGNING_KEYS")

missing = [name for name in REQUIRED_SECRETS if not env.str(name, default="").strip()]
if missing:
    raise ImproperlyConfigured(
        f"Missing in the environment or .env: {', '.join(missing)}. "
        "`python -m ktportal.secrets` prints a value for each."
    )

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS")
AUDIT_HASH_KEYS = env.list("AUDIT_HASH_KEYS")
LOG_SIGNING_KEYS = env.list("LOG_SIGNING_KEYS")

# --- Where the portal lives ----------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
LISTEN = env.str("LISTEN", default="127.0.0.1")
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", default=1)
WEB_THREADS = 32
PORTAL_URL = env.str("PORTAL_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

portal = urlsplit(PORTAL_URL.lower())
if portal.scheme not in ("http", "https") or not portal.hostname:
    raise ImproperlyConfigured(f"PORTAL_URL must be an http or https address, not {PORTAL_URL!r}.")
if portal.path or portal.query or portal.username:
    raise ImproperlyConfigured(f"PORTAL_URL must be the address of a host and nothing more, not {PORTAL_URL!r}.")
PORTAL_HOST = portal.netloc.removesuffix({"http": ":80", "https": ":443"}[portal.scheme])
PORTAL_URL = f"{portal.scheme}://{PORTAL_HOST}"
is_public = not is_loopback(portal.hostname)
is_secure = portal.scheme == "https"
if DEBUG and is_public:
    raise ImproperlyConfigured(
        f"DEBUG=1 shows the portal's inside and is refused with a public PORTAL_URL ({PORTAL_URL})."
    )

# Other ports and spellings of these are refused too: see `ktportal.hosts`.
ALLOWED_HOSTS = [portal.hostname] if is_public else ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

if is_public and not is_secure:
    raise ImproperlyConfigured(f"A public PORTAL_URL must begin with https://, not {PORTAL_URL!r}.")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = is_secure
SESSION_COOKIE_NAME = "__Host-session" if is_secure else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if is_secure else "csrf"
DEVICE_COOKIE_NAME = "__Host-device" if is_secure else "device"
CSRF_FAILURE_VIEW = "accounts.csrf.failure"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = is_secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_secure else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if is_secure else 0
# Unless the operator says so, HSTS is for the portal's own host: other hosts are not the portal's to decide about.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
SECURITY_CONTACT_EXPIRES = (datetime.now(UTC) + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- The KlickTipp service -----------------------------------------------------------------------

SANDBOX = env.bool("SANDBOX", default=False)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8001)
if SANDBOX and is_public:
    raise ImproperlyConfigured(f"SANDBOX=1 is for trying out and refused with a public PORTAL_URL ({PORTAL_URL}).")
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

KLICKTIPP_URL = env.str(
    "KLICKTIPP_URL", default=f"http://127.0.0.1:{SANDBOX_PORT}" if SANDBOX else "https://api.klicktipp.com"
)
KLICKTIPP_APP_URL = env.str(
    "KLICKTIPP_APP_URL", default=f"{KLICKTIPP_URL}/_sandbox" if SANDBOX else "https://app.klicktipp.com"
)
for name, url in {"KLICKTIPP_URL": KLICKTIPP_URL, "KLICKTIPP_APP_URL": KLICKTIPP_APP_URL}.items():
    if SANDBOX and not is_loopback(urlsplit(url).hostname or ""):
        raise ImproperlyConfigured(f"SANDBOX=1 promises that nothing reaches KlickTipp; {name} is {url}.")
    if urlsplit(url).scheme != "https" and not is_loopback(urlsplit(url).hostname or ""):
        raise ImproperlyConfigured(f"{name} must begin with https://: keys travel to it. It is {url!r}.")
KLICKTIPP_USERNAME = env.str("KLICKTIPP_USERNAME", default="")
KLICKTIPP_DEVELOPER_KEY = env.str("KLICKTIPP_DEVELOPER_KEY", default="")
KLICKTIPP_OPERATOR_ID = env.str("KLICKTIPP_OPERATOR_ID", default="40404" if SANDBOX else "")
KLICKTIPP_PROXY = env.str("KLICKTIPP_PROXY", default="") or None
KLICKTIPP_PAGE_DEADLINE = env.float("KLICKTIPP_PAGE_DEADLINE", default=20.0)
CHECKS_AT_ONCE = 8
"""Connections that are checked at the same time, each in a thread with a connection to the database of its own; 1 takes
the thread and the connection that are there."""

JOB_CALLS_AT_ONCE = env.int("JOB_CALLS_AT_ONCE", default=16)
"""The most calls that the jobs of a client account have under way, over all workers."""
JOB_CALLS_OF_WORKER = env.int("JOB_CALLS_OF_WORKER", default=16)
JOB_ROWS_KEPT_DAYS = env.int("JOB_ROWS_KEPT_DAYS", default=30)
for name in ("JOB_CALLS_AT_ONCE", "JOB_CALLS_OF_WORKER", "JOB_ROWS_KEPT_DAYS"):
    if globals()[name] < 1:
        raise ImproperlyConfigured(f"{name} must be 1 or more, not {globals()[name]}.")

# --- What pages may load and where forms may lead ------------------------------------------------

grant_pages = ["{0.scheme}://{0.netloc}".format(urlsplit(KLICKTIPP_APP_URL))] if KLICKTIPP_OPERATOR_ID else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form whose answer redirects to the grant page counts as one that leads there.
        "form-action": [SELF, *grant_pages],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
        "report-uri": "/csp-reports/",
    }
}

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "integrations.audit",
    "integrations.audit.stream",
    "integrations.audit.overview",
    "integrations.audit.proof",
    "integrations.audit.retention",
    "integrations.clients",
    "integrations.suppression",
    "integrations.contacts",
    "integrations.tags",
    "integrations.segments",
    "integrations.members",
    "integrations.members.access_review",
    "integrations.listbuilding",
    "integrations.jobs",
    "integrations.clock",
    "integrations.sandbox",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "ktportal.access_log.write",
    "ktportal.health.answer",
    "ktportal.browsers.headers",
    "ktportal.hosts.only_its_own",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.crowds.share",
    "accounts.devices.remember",
    "accounts.sessions.limit",
    "accounts.middleware.private_pages",
    "accounts.middleware.user_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "integrations.audit.often.refuse_forms",
    "accounts.allauth_pages.guard",
    "ktportal.bodies.limit",
]

ROOT_URLCONF = "ktportal.urls"
WSGI_APPLICATION = "ktportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.signup",
                "accounts.context_processors.second_factor",
                "integrations.clients.context_processors.portal",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "ktportal.notices.Encrypted"
MESSAGE_TAGS = {message_levels.ERROR: "danger", message_levels.DEBUG: "secondary"}

# --- Data ----------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'portal.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # As long as SQLite waits for a lock. What holds one for longer than a call may take has gone.
    waits = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
    DATABASES["default"].setdefault("OPTIONS", {}).update(connect_timeout=10, options=waits)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_BACKENDS = {"db": "ktportal.caches.DatabaseCache", "redis": "django.core.cache.backends.redis.RedisCache"}


def without_pickles(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """A cache as its setting says; those that would keep pickles are refused."""
    kind = str(config["BACKEND"]).split(".")[-2]
    if kind not in CACHE_BACKENDS:
        raise ImproperlyConfigured(f"{name} must begin with dbcache:// or redis://.")
    if kind == "redis":
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "serializer": "ktportal.caches.Json"}
    return config | {"BACKEND": CACHE_BACKENDS[kind], "KEY_PREFIX": name.removesuffix("_URL").lower()}


# The libraries that count attempts use the default one, and nothing else does but what is told once in a while.
CACHES = {
    "default": without_pickles("LIMITS_CACHE_URL", env.cache("LIMITS_CACHE_URL", default="dbcache://portal_limits")),
    "lists": without_pickles("CACHE_URL", env.cache("CACHE_URL", default="dbcache://portal_cache")),
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}
WORKER_TASKS = [
    "accounts.password_resets.send_links",
    "integrations.audit.listeners.write_not_signed_in",
    "integrations.audit.stream.sending.send",
    "integrations.clock.signs.answer",
    "integrations.contacts.fields.first_guesses.guess_types",
    "ktportal.mail.deliver",
]
"""All that the worker does. A row of the task table that names anything else is given up."""

WORKER_LOOPS = ["integrations.jobs.worker.work"]
"""What a worker does beside its tasks, each in a thread of its own, until it is told to stop."""

CLOCK_CHORES = [
    ("integrations.audit.sweep.sweep_stale_entries", 60),
    ("integrations.audit.guard.report_missing_triggers", 3600),
    ("integrations.audit.stream.sending.ask_worker", 15),
    ("integrations.audit.overview.rollup.roll_up_for_a_while", 60),
    ("integrations.audit.proof.covering.cover", 60),
    ("integrations.audit.proof.comparing.compare", 600),
    ("integrations.audit.proof.mailing.mail_checkpoints", 24 * 3600),
    ("integrations.audit.proof.timestamps.stamp_checkpoints", 600),
    ("integrations.audit.retention.removal.remove_old_entries", 600),
    ("integrations.audit.retention.gaps.check_numbers", 3600),
    ("integrations.clients.removed.forget_old", 24 * 3600),
    ("integrations.clients.keys.entitlement.remove_keys_of_former_members", 60),
    ("integrations.members.invitations.withdraw_without_right", 60),
    ("integrations.members.invitations.remove_old_invitations", 24 * 3600),
    ("integrations.members.access_review.history.catch_up", 3600),
    ("integrations.clients.keys.grants.forget_old_grants", 3600),
    ("integrations.clients.keys.checking.check_daily", 600),
    ("integrations.jobs.telling.tell_of_ends", 60),
    ("integrations.jobs.forgetting.forget_old", 3600),
    ("accounts.unconfirmed.remove_unconfirmed", 24 * 3600),
    ("integrations.clock.housekeeping.clear_sessions", 3600),
    ("integrations.clock.housekeeping.clear_caches", 600),
    ("ktportal.mail.free_interrupted", 60),
    ("ktportal.mail.forget_delivered", 600),
    ("integrations.clock.signs.ask_worker", 60),
    ("integrations.clock.housekeeping.prune_task_results", 24 * 3600),
]

# --- The log -------------------------------------------------------------------------------------

LOG_STREAM_HOSTS = [host.strip().lower() for host in env.list("LOG_STREAM_HOSTS", default=[]) if host.strip()]
"""Hosts to which teams may have their log sent; without any, nothing of this is offered."""
if any(set(host) & set("/:@ ") for host in LOG_STREAM_HOSTS):
    raise ImproperlyConfigured(f"LOG_STREAM_HOSTS names hosts alone, as in logs.example.com, not {LOG_STREAM_HOSTS}.")

LOG_TIMESTAMP_URL = env.str("LOG_TIMESTAMP_URL", default="")
"""Where time stamps after RFC 3161 are had for the log's checkpoints; without it there are none."""
LOG_TIMESTAMP_ROOTS = env.str("LOG_TIMESTAMP_ROOTS", default="")

# --- People --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.hashing.AFewAtATime"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.HardToGuess"},
]

SIGNUP = env.str("SIGNUP", default="invite")
if SIGNUP not in ("invite", "open"):
    raise ImproperlyConfigured(f"SIGNUP must be invite or open, not {SIGNUP!r}.")

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
# What counts as one network in limits: providers give a line 256 networks of /64.
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = 56
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
}
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = portal.scheme
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Sign-ins and guesses are counted by `accounts.guesses`, resets for one address by `accounts.forms`.
ACCOUNT_RATE_LIMITS = {
    "reauthenticate": "5/300s/user",
    "reset_password": "20/m/ip",
    "change_password": "5/m/user,20/m/ip",
    "login": None,
    "login_failed": None,
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 30 * 60
ACCOUNT_CHANGE_EMAIL = True
SESSION_COOKIE_AGE = 12 * 3600

MFA_ADAPTER = "accounts.mfa.Adapter"
# A passkey belongs to a name: browsers make none for an IP address.
HAS_PASSKEYS = not is_ip_address(portal.hostname)
MFA_SUPPORTED_TYPES = ["totp", *(["webauthn"] if HAS_PASSKEYS else []), "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = HAS_PASSKEYS
MFA_FORMS = {
    "authenticate": "accounts.code_forms.Authenticate",
    "reauthenticate": "accounts.code_forms.Reauthenticate",
    "add_webauthn": "accounts.passkey_forms.Add",
    "edit_webauthn": "accounts.passkey_forms.Edit",
    "authenticate_webauthn": "accounts.passkey_forms.Authenticate",
    "login_webauthn": "accounts.passkey_forms.Login",
    "reauthenticate_webauthn": "accounts.passkey_forms.Reauthenticate",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers count http://localhost as safe; elsewhere passkeys need HTTPS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not is_public
USERSESSIONS_TRACK_ACTIVITY = False

# --- Mail ----------------------------------------------------------------------------------------

if is_public and not env.str("EMAIL_URL", default=""):
    raise ImproperlyConfigured("EMAIL_URL is missing: with a public PORTAL_URL mail must reach people.")
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = BASE_DIR / "var" / "mail"
# What delivers; pages leave their mail to the queue.
MAIL_DELIVERY = vars()["EMAIL_BACKEND"] if env.str("EMAIL_URL", default="") else "ktportal.mail.FileAndTerminal"
EMAIL_BACKEND = "ktportal.mail.Queued"
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"ktportal <portal@{portal.hostname}>")

# --- Language, time, static files ----------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English (UK)")), ("en-us", _("English (US)")), ("de", _("German"))]
FORMAT_MODULE_PATH = "ktportal.formats"
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "english"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Berlin")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "ktportal.static_files.StaticFiles"},
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "ktportal.reports.NamesOnly"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "ktportal.logs.OneLine", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "filters": {
        "without_secrets": {"()": "ktportal.logs.WithoutSecrets"},
        "without_expected_traces": {"()": "ktportal.logs.WithoutExpectedTraces"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_secrets", "without_expected_traces"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "waitress.queue": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
    },
}
