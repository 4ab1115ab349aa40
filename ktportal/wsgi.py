import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ktportal.settings")

portal = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal as the web process calls it. What a body is gets plain first: Django parses it before anything else,
    which takes long for many parameters and fails for some."""
    environ["CONTENT_TYPE"] = plain(environ.get("CONTENT_TYPE", ""))
    environ["HTTP_COOKIE"] = without_escapes(environ.get("HTTP_COOKIE", ""))
    return portal(environ, start_response)


def without_escapes(cookies: str) -> str:
    """Cookies without those that hold backslashes, as none of ours does: older Pythons take the square of these."""
    return ";".join(cookie for cookie in cookies.split(";") if "\\" not in cookie)


def plain(content_type: str) -> str:
    """The kind without its parameters, but for the boundary of multipart. Text is UTF-8 in any case."""
    kind = content_type.partition(";")[0]
    has_boundary = kind.strip().lower() == "multipart/form-data" and len(content_type) < 200 and "*" not in content_type
    return content_type if has_boundary else kind
