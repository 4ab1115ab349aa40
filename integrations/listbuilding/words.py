"""What the pages of a sign-up say, by what has come of it so far."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.audit.models import Outcome
from integrations.clients.explain import Explanation, explain
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.preview import Preview
from integrations.contacts.adding.words import Wording
from integrations.contacts.alerts import Alert
from integrations.listbuilding.models import ListbuildingKey
from integrations.listbuilding.signing_up import Arrival, SignedUp, SignUpOutcome

_ACCEPTED: dict[Arrival, str | Promise] = {
    Arrival.THERE: gettext_lazy("Subscribed to %(client)s"),
    Arrival.MISSING: gettext_lazy("Accepted by KlickTipp, but not found at %(client)s"),
    Arrival.UNREACHED: gettext_lazy("Accepted by KlickTipp, but not updated at %(client)s"),
    Arrival.DIFFERENT: gettext_lazy("Accepted by KlickTipp, but different at %(client)s"),
    Arrival.SAME: gettext_lazy("Subscribed through listbuilding"),
    Arrival.UNTOLD: gettext_lazy("Subscribed through listbuilding"),
}
_NOT_ACCEPTED: dict[Outcome, str | Promise] = {
    Outcome.PENDING: gettext_lazy("Being subscribed to %(client)s"),
    Outcome.UNKNOWN: gettext_lazy("Perhaps subscribed to %(client)s"),
}
_NOT_SUBSCRIBED = gettext_lazy("Not subscribed to %(client)s")

_OTHER_ACCOUNT = gettext_lazy(
    "The listbuilding key “%(key)s” probably belongs to another KlickTipp account, and the contact is there now. "
    "Please compare the key in KlickTipp, and remove it here if it is not that of %(client)s. Where the contact comes "
    "from was not kept for %(client)s."
)
_ARRIVALS: dict[Arrival, tuple[str, str | Promise, str | Promise]] = {
    Arrival.MISSING: (
        "warning",
        gettext_lazy("The KlickTipp account of %(client)s has no contact %(contact)s."),
        _OTHER_ACCOUNT,
    ),
    Arrival.UNREACHED: (
        "warning",
        gettext_lazy("%(contact)s is a contact of %(client)s, but nothing has changed in it."),
        _OTHER_ACCOUNT,
    ),
    Arrival.DIFFERENT: (
        "warning",
        gettext_lazy("%(contact)s is a contact of %(client)s, but not with everything you typed."),
        gettext_lazy(
            "The listbuilding key “%(key)s” may belong to another KlickTipp account. Please look at the contact, and "
            "compare the key in KlickTipp."
        ),
    ),
    Arrival.SAME: (
        "info",
        gettext_lazy("%(contact)s is a contact of %(client)s, just as before."),
        gettext_lazy(
            "Everything you typed stood there already, so nothing shows whether the listbuilding key “%(key)s” is one "
            "of %(client)s."
        ),
    ),
}
"""Level, title and text of what is to be said of a contact that KlickTipp has accepted."""


def _button(account: ClientAccount, preview: Preview | None) -> str:
    return _("Subscribe the contact to %(client)s") % {"client": account}


BY_KEY = Wording(
    _button,
    gone=gettext_lazy(
        "The contact has been deleted since, or has another address now. Nothing was sent. If you send the form again, "
        "it is subscribed as a new contact."
    ),
    besides=gettext_lazy("Besides, KlickTipp sets the listbuilding key's tag, which can start campaigns."),
    question=gettext_lazy("Was the contact subscribed?"),
)


def heading(account: ClientAccount, logged: SignUpOutcome | None, signed_up: SignedUp | None) -> str:
    """The heading of a sign-up's page: by what KlickTipp has accepted, else by what the log knows."""
    if signed_up:
        return _ACCEPTED[signed_up.arrival] % {"client": account}
    outcome = logged.outcome if logged else Outcome.FAILED
    return _NOT_ACCEPTED.get(outcome, _NOT_SUBSCRIBED) % {"client": account}


def arrival_alert(key: ListbuildingKey, contact: str, signed_up: SignedUp, can_look_up: bool) -> Alert | None:
    """What is to be said of a contact that KlickTipp has accepted; nothing where all is well.

    can_look_up: whether there is a customer key to look it up with
    """
    named = {"client": key.account, "contact": contact, "key": key}
    if signed_up.arrival in _ARRIVALS:
        level, title, text = _ARRIVALS[signed_up.arrival]
        return Alert(level, title % named, text % named)
    if signed_up.arrival is not Arrival.UNTOLD:
        return None
    title = _("KlickTipp has accepted the contact. Whether it is in the account of %(client)s is not known.")
    return Alert("info", title % named, _why_untold(signed_up.afterwards.error, can_look_up))


def _why_untold(error: Exception | None, can_look_up: bool) -> str:
    if error:
        return explain(error).what
    if can_look_up:
        return _("KlickTipp's API offers no search by SMS number.")
    return _("A listbuilding key reads nothing, and without a customer key of the client the portal cannot look.")


def not_looked_up(told: Explanation) -> Explanation:
    """What the form says where the address could not be looked up, for a reason that is `told`."""
    agree = _(
        "Nothing was sent. If you send the form again, the contact is subscribed without looking; if it is a contact "
        "already, it is updated."
    )
    return Explanation(
        _("It could not be looked up whether this address belongs to a contact already."),
        f"{told.what} {agree}",
        code=told.code,
        action=told.action,
    )
