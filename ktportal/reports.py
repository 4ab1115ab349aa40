"""What Django's error reports, on the debug page and in mail to admins, may show: no secrets and nothing typed."""

import re
from collections.abc import ItemsView
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import FrameType
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

HARMLESS = (bool, int, float, Decimal, date, datetime, time, timedelta, UUID, type(None))


class NamesOnly(SafeExceptionReporterFilter):
    """Form fields and local variables appear with their names; of variables also the type, and numbers and times.

    Django hides what each view declares, and outside of DEBUG only. Here a customer key or an address passes through
    variables of any name: `typed`, `value`, the dictionary of a form.
    """

    hidden_settings = re.compile(
        r"API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE|csrf$|CSRF_COOKIE$|LOCATION|PROXY$|QUERY_STRING|_URI$|REFERER"
        r"|(DATABASE|CACHE|EMAIL)_URL",
        re.IGNORECASE,
    )

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        return {name: self._shown(name, value) for name, value in tb_frame.f_locals.items()}.items()

    def _shown(self, name: str, value: Any) -> Any:
        if self.hidden_settings.search(name):
            return self.cleansed_substitute
        return value if type(value) in HARMLESS else type(value)
