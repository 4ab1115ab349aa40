"""What browsers are told, and what they tell: headers of every page, reports of the content security policy, and the
addresses that are looked for under `/.well-known/`."""

import json
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

Answer = Callable[[HttpRequest], HttpResponse]

_NOT_NEEDED = [
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "usb"),
]
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _NOT_NEEDED)
_REPORTS_A_MINUTE = 60
_LONGEST_REPORT = 8 * 1024
_reported: deque[float] = deque(maxlen=_REPORTS_A_MINUTE)

reports = logging.getLogger("ktportal.csp")


def headers(get_response: Answer) -> Answer:
    """No page needs the devices of a computer, none is for other sites, and a sign-out leaves nothing behind."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.method == "POST" and request.path == reverse("account_logout") and response.status_code == 302:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser's report that a page wanted what the policy forbids: one line, and sixty a minute at most of each web
    process. Counted without the database, so that strangers who report wait for nothing."""
    if len(request.body) <= _LONGEST_REPORT and _may_report():
        with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            report = json.loads(request.body)["csp-report"]
            told = {
                name: str(report.get(name, ""))[:200] for name in ("violated-directive", "blocked-uri", "document-uri")
            }
            reports.warning("Policy: %s", json.dumps(told))
    return HttpResponse(status=204)


def _may_report() -> bool:
    now = time.monotonic()
    if len(_reported) == _REPORTS_A_MINUTE and now - _reported[0] < 60:
        return False
    _reported.append(now)
    return True


@require_GET
def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers lead: https://www.w3.org/TR/change-password-url/."""
    return redirect("account_change_password")


@require_GET
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weak spot (RFC 9116); 404 where the operator has set no contact."""
    if not settings.SECURITY_CONTACT:
        return HttpResponse(status=404)
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {settings.SECURITY_CONTACT_EXPIRES}"]
    lines += ["Preferred-Languages: de, en", f"Canonical: {settings.PORTAL_URL}{request.path}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
