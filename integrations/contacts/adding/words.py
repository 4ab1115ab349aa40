"""What the pages of adding a contact say, by what has come of it so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.audit.models import Outcome
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.cautions import standing_of
from integrations.contacts.adding.checking import Checked, Verdict
from integrations.contacts.adding.lookup import Lookup
from integrations.contacts.adding.outcome import AddOutcome
from integrations.contacts.adding.preview import Preview
from integrations.contacts.adding.services import Effect
from integrations.contacts.alerts import Alert
from integrations.contacts.dates import date_of
from integrations.contacts.models import Origin

EFFECTS: dict[Effect, str | Promise] = {
    Effect.ADDED: gettext_lazy("%(contact)s has been added."),
    Effect.UPDATED: gettext_lazy("%(contact)s has been updated."),
    Effect.EITHER: gettext_lazy("%(contact)s has been added, or updated if it was there before."),
}

_HEADINGS: dict[tuple[bool, Outcome], str | Promise] = {
    (False, Outcome.DONE): gettext_lazy("Added to %(client)s"),
    (False, Outcome.PENDING): gettext_lazy("Being added to %(client)s"),
    (False, Outcome.UNKNOWN): gettext_lazy("Perhaps added to %(client)s"),
    (False, Outcome.FAILED): gettext_lazy("Not added to %(client)s"),
    (True, Outcome.DONE): gettext_lazy("Contact of %(client)s updated"),
    (True, Outcome.PENDING): gettext_lazy("Contact of %(client)s is being updated"),
    (True, Outcome.UNKNOWN): gettext_lazy("Contact of %(client)s perhaps updated"),
    (True, Outcome.FAILED): gettext_lazy("Contact of %(client)s not updated"),
}


@dataclass(frozen=True)
class Wording:
    """What the form says, by the way in which it is sent.

    button: what the button that sends it says to a preview, or to none
    gone: what to know where the contact of a preview is no longer there
    besides: what sending does in any case, apart from what differs; "" for nothing
    question: what a check answers, if another question than whether the contact was added
    """

    button: Callable[[ClientAccount, Preview | None], str]
    gone: str | Promise
    besides: str | Promise = ""
    question: str | Promise = ""


def _button(account: ClientAccount, preview: Preview | None) -> str:
    """The words of the button that sends the add-contact form, by what its preview shows."""
    named = {"client": account, "contact": preview.address if preview else ""}
    if preview is None or preview.differences is None:
        return _("Add contact to %(client)s") % named
    if preview.differences:
        return _("Update %(contact)s of %(client)s") % named
    return _("Send %(contact)s to %(client)s all the same") % named


BY_API = Wording(
    _button,
    gettext_lazy(
        "The contact has been deleted since, or has another address now. Nothing was sent. If you send the form again, "
        "a new contact is added."
    ),
)


def was_it(updated: bool) -> str:
    """What a check of an add answers."""
    return _("Was it updated?") if updated else _("Was it added?")


def preview_in_words(
    account: ClientAccount, preview: Preview, verdict: Verdict | None, unsure: Origin | None, wording: Wording
) -> tuple[str, str]:
    """Heading and lead of a preview, or of what a check of the add of `unsure` has found."""
    when = date_format(timezone.localtime(unsure.created_at), "SHORT_DATETIME_FORMAT") if unsure else ""
    named = {"contact": preview.address, "client": account, "when": when, "date": _left_on(preview.lookup)}
    title, text = _verdict_in_words(verdict) if verdict else _changes_in_words(preview, wording)
    return title % named, text % named


def _verdict_in_words(verdict: Verdict) -> tuple[str, str]:
    match verdict:
        case Verdict.ABSENT:
            return _("%(contact)s is not among the contacts of %(client)s yet"), _(
                "KlickTipp may still be working on what was sent on %(when)s: please wait a little and look again "
                "first. If it does not come, send the form again; the portal looks once more before it sends anything."
            )
        case Verdict.WITHOUT_FURTHER_TAGS:
            return _("%(contact)s is there with everything you typed, but for some tags"), _(
                "The contact was added or updated. KlickTipp sets further tags with a call of its own, and that was "
                "not made. Send the form again to set them."
            )
        case Verdict.THERE:
            return _("%(contact)s is there; whether with what was sent cannot be told"), _(
                "The form is no longer what was sent, so it cannot be compared: please look at the contact. Below "
                "stands what sending the form as it is now would change, if anything."
            )
    return _("%(contact)s is there, but not with what you typed yet"), _(
        "KlickTipp may still be working on what was sent on %(when)s: please wait a little and look again first. This "
        "is what differs still; send the form again if it stays so."
    )


def _changes_in_words(preview: Preview, wording: Wording) -> tuple[str, str]:
    if preview.differences is None:
        return _("%(contact)s is no longer a contact of %(client)s"), str(wording.gone)
    has_unsubscribed = _has_unsubscribed(preview.lookup)
    is_contact = has_unsubscribed or _("%(contact)s is a contact of %(client)s already")
    if preview.differences and wording.besides:
        return is_contact, _("Nothing was sent yet. This is what sending changes.")
    if preview.differences:
        return is_contact, _("Nothing was sent yet. This is what sending changes; everything else stays as it is.")
    if wording.besides:
        return is_contact, _(
            "Nothing was sent yet. Everything you typed stands there already; sending changes nothing of it."
        )
    return has_unsubscribed or _("%(contact)s is a contact of %(client)s already, and nothing would change"), _(
        "Everything you typed stands there. Nothing was sent. If you send it all the same, campaigns can start in "
        "KlickTipp."
    )


def _has_unsubscribed(lookup: Lookup) -> str:
    """What is told first of who has unsubscribed, to be completed with contact and date; "" of others."""
    if lookup.summary is None or not lookup.is_unsubscribed:
        return ""
    return _("%(contact)s has unsubscribed on %(date)s") if _left_on(lookup) else _("%(contact)s has unsubscribed")


def _left_on(lookup: Lookup) -> str:
    left = date_of(lookup.summary, "unsubscription") if lookup.summary else None
    return left.words if left else ""


def lookup_alert(lookup: Lookup, email: str) -> Alert | None:
    """What a lookup says of an address; nothing of one that is new."""
    if lookup.summary is None:
        return None
    standing = standing_of(lookup.summary)
    if has_unsubscribed := _has_unsubscribed(lookup):
        title = has_unsubscribed % {"contact": email, "date": _left_on(lookup)}
        shown_first = _("Before anything is sent you see what changes.")
        return Alert("warning", f"{title}.", f"{standing.caution} {shown_first}")
    named = {"email": email, "status": standing.status, "date": standing.since.words if standing.since else ""}
    if not standing.status:
        title = _("%(email)s is a contact already.")
    elif standing.since:
        title = _("%(email)s is a contact already (status: %(status)s; contact since %(date)s).")
    else:
        title = _("%(email)s is a contact already (status: %(status)s).")
    updates = _("Sending updates it, and before that you see what changes.")
    text = f"{standing.caution} {updates}" if standing.caution else updates
    return Alert("warning" if standing.caution else "info", title % named, text)


def heading(account: ClientAccount, added: AddOutcome) -> str:
    """The heading of an add's page."""
    outcome = Outcome.DONE if added.was_found else added.outcome
    if outcome is Outcome.DONE and added.may_be_update:
        return _("Added to %(client)s, or updated there") % {"client": account}
    told = (added.is_update, Outcome.FAILED if outcome is Outcome.REFUSED else outcome)
    return _HEADINGS[told] % {"client": account}


def outcome_alert(added: AddOutcome) -> Alert | None:
    """What is to be said of an add besides the heading, once there is an answer or none is to come."""
    if added.was_found:
        return Alert("success", _("KlickTipp gave no answer at first. A check has found the contact there since."))
    if added.can_be_checked:
        text = (
            _("A check tells whether the contact is there; whether it was updated, only a look at the contact does.")
            if added.is_update
            else _("The button “Check at KlickTipp” below tells it.")
        )
        return Alert("warning", _("KlickTipp gave no answer, so nobody knows yet whether this has happened."), text)
    if added.problem:
        return Alert("warning", added.problem.sentences())
    if added.tagging_outcome == Outcome.UNKNOWN:
        return Alert(
            "warning",
            _("The contact is in KlickTipp. It is not known whether it got the further tags."),
            _("Look the contact up in KlickTipp; setting a tag that it has already does no harm."),
        )
    if added.tagging_problem:
        title = _("The contact is in KlickTipp, but further tags could not be set.")
        return Alert("warning", title, added.tagging_problem.sentences())
    return None


def check_alert(account: ClientAccount, checked: Checked, email: str) -> Alert:
    """What a check of an add has found that has not settled it."""
    named = {"contact": email, "client": account}
    if checked.verdict is Verdict.ABSENT:
        return Alert(
            "info",
            _("%(contact)s is not among the contacts of %(client)s yet.") % named,
            _(
                "KlickTipp may still be working on it: please wait a little and check again. If it does not come, add "
                "the contact again; the portal looks once more before it sends anything."
            ),
        )
    return Alert(
        "warning",
        _("%(contact)s was a contact of %(client)s before.") % named,
        _(
            "The portal does not keep what was typed, so it cannot tell whether the update has happened: please look "
            "at the contact."
        ),
    )
