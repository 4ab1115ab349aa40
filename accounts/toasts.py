from django.http import HttpResponse
from django_htmx.http import trigger_client_event

LONGEST = 200


def toast(response: HttpResponse, level: str, text: str) -> HttpResponse:
    """Let a short notice appear with the answer to htmx. It goes in a header, so it has a limit."""
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return trigger_client_event(response, "toast", {"level": level, "text": shown})
