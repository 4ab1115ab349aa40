"""What the tests of the forms on a contact's page share."""

from typing import Any

from django.db.models import Q
from django.test import Client

from integrations.audit.models import AuditEntry, Kind
from integrations.clients.models import ClientAccount
from integrations.klicktipp import Contact
from tests.contacts.adding.test_add import send as add
from tests.contacts.showing.test_find import find, found_id, url
from tests.pages import logged

ADDRESS = "dario.jansson3@klick-tipp.team"
HX = {"HTTP_HX_REQUEST": "true"}
Page = Any


class OnPage:
    """A contact's page and its forms, as a browser uses them."""

    def __init__(
        self, browser: Client, account: ClientAccount, address: str = ADDRESS, contact_id: str | None = None
    ) -> None:
        self.browser, self.account = browser, account
        self.contact_id = contact_id or found_id(find(browser, account, address))

    def url(self, part: str = "") -> str:
        return url(self.account, f"{self.contact_id}/{part}")

    def form(self, part: str, **typed: Any) -> dict[str, Any]:
        """The form behind a link of the page as a browser would send it, with what is typed."""
        context = self.browser.get(self.url(part)).context
        return {"action": str(context["action"]), "shown": context["signed"]} | typed

    def send(self, part: str, form: dict[str, Any], *, htmx: bool = True) -> Page:
        return self.browser.post(self.url(part), form, **(HX if htmx else {}))

    def fill(self, part: str, **typed: Any) -> Page:
        return self.send(part, self.form(part, **typed))

    def contact(self) -> Contact:
        """The contact as KlickTipp has it now."""
        found: Contact = self.browser.get(self.url()).context["contact"].contact
        return found


def changes_told() -> list[str]:
    """What the log tells of changes and events, oldest first."""
    return logged(~Q(kind=Kind.READ))


def changes_sent(calls: list[str]) -> list[str]:
    """Those of the calls that arrived at the service that are neither reading nor searching."""
    return [call for call in calls if not call.startswith("GET") and not call.endswith("/search")]


def sms_only(browser: Client, account: ClientAccount) -> OnPage:
    """A contact that has nothing but the SMS number +49 1511 2345678."""
    assert add(browser, account, email="", sms_number="+4915112345678").status_code == 302
    added = AuditEntry.objects.get(operation="add_or_update_contact")
    return OnPage(browser, account, contact_id=added.answer["contact_id"])
