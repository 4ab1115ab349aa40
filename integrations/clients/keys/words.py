"""What the pages of a client account's key say, by what is stored, what is to be stored, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.clients.keys.checking import Checked
from integrations.clients.keys.proposals import Proposal
from integrations.clients.keys.services import last_four_or_dots
from integrations.clients.logins import CredentialKind
from integrations.clients.models import ClientAccount, Credential

_KEY, _API_USER = CredentialKind.CUSTOMER_KEY, CredentialKind.API_USER
_OWN, _SHARED = True, False


def of_failed_checks(checked: Sequence[Checked], failed: Sequence[Checked]) -> str:
    """What is to be said where not all connections work: which KlickTipp refuses, and of which it does not tell."""
    refused = [str(one.account) for one in failed if one.is_refused]
    untold = [str(one.account) for one in failed if not one.is_refused]
    told = [_("%(works)s of %(all)s connections work.") % {"works": len(checked) - len(failed), "all": len(checked)}]
    if refused:
        told.append(_("KlickTipp refuses the access of %(clients)s.") % {"clients": get_text_list(refused, _("and"))})
    if untold:
        told.append(_("It could not be found out for %(clients)s.") % {"clients": get_text_list(untold, _("and"))})
    return " ".join(told)


_HEADINGS: dict[tuple[CredentialKind, CredentialKind | None, bool], str | Promise] = {
    (_KEY, None, _SHARED): gettext_lazy("Store a customer key"),
    (_KEY, None, _OWN): gettext_lazy("Store a customer key of your own"),
    (_KEY, _KEY, _SHARED): gettext_lazy("Replace the customer key"),
    (_KEY, _KEY, _OWN): gettext_lazy("Replace your own customer key"),
    (_KEY, _API_USER, _SHARED): gettext_lazy("Replace the API user with a customer key"),
    (_KEY, _API_USER, _OWN): gettext_lazy("Replace your own API user with a customer key"),
    (_API_USER, None, _SHARED): gettext_lazy("Store an API user"),
    (_API_USER, None, _OWN): gettext_lazy("Store an API user of your own"),
    (_API_USER, _API_USER, _SHARED): gettext_lazy("Replace the API user"),
    (_API_USER, _API_USER, _OWN): gettext_lazy("Replace your own API user"),
    (_API_USER, _KEY, _SHARED): gettext_lazy("Replace the customer key with an API user"),
    (_API_USER, _KEY, _OWN): gettext_lazy("Replace your own customer key with an API user"),
}
"""By what is to be stored, what is stored now, and whether it is the person's own."""

_TESTS: dict[CredentialKind, str | Promise] = {
    _KEY: gettext_lazy("Test the key for %(client)s"),
    _API_USER: gettext_lazy("Test the API user for %(client)s"),
}
_TESTS_AND_STORES: dict[tuple[CredentialKind, bool], str | Promise] = {
    (_KEY, _SHARED): gettext_lazy("Test and store the key for %(client)s"),
    (_KEY, _OWN): gettext_lazy("Test and store your key for %(client)s"),
    (_API_USER, _SHARED): gettext_lazy("Test and store the API user for %(client)s"),
    (_API_USER, _OWN): gettext_lazy("Test and store your API user for %(client)s"),
}

_REMOVES: dict[tuple[CredentialKind, bool], tuple[str | Promise, str | Promise]] = {
    (_KEY, _SHARED): (gettext_lazy("Remove the customer key"), gettext_lazy("Remove the key of %(client)s")),
    (_KEY, _OWN): (gettext_lazy("Remove your own customer key"), gettext_lazy("Remove your key for %(client)s")),
    (_API_USER, _SHARED): (gettext_lazy("Remove the API user"), gettext_lazy("Remove the API user of %(client)s")),
    (_API_USER, _OWN): (gettext_lazy("Remove your own API user"), gettext_lazy("Remove your API user for %(client)s")),
}
"""Heading and button."""


@dataclass(frozen=True)
class Words:
    """Heading and button of a form, and what stands before it."""

    heading: str
    button: str
    text: str = ""


def of_storing(kind: CredentialKind, present: Credential | None, account: ClientAccount, *, is_own: bool) -> Words:
    """The form that stores a login of this kind, where one is `present` or none is. Until it is known which KlickTipp
    account is the client's, a login is only tested at first."""
    button = _TESTS_AND_STORES[kind, is_own] if account.identity else _TESTS[kind]
    stored = CredentialKind(present.kind) if present else None
    return Words(str(_HEADINGS[kind, stored, is_own]), button % {"client": account})


def of_confirming(proposal: Proposal, client: str, *, has_errors: bool) -> Words:
    """The page that asks whether a login opens the right account. Where the new client's name `has_errors`, the button
    does not say it."""
    login = proposal.tested.login
    named = {"api_user": login.username, "four": last_four_or_dots(login.last_four), "name": client}
    if login.is_api_user:
        text = _("KlickTipp accepts username and password. They are not stored yet.")
        button = _("Store the API user %(api_user)s for %(name)s")
        of_new = _("Store the API user %(api_user)s for the new client")
    else:
        text = _("KlickTipp accepts the key. It is not stored yet.")
        button = _("Store the key …%(four)s for %(name)s")
        of_new = _("Store the key …%(four)s for the new client")
    if proposal.is_granted:
        text = _("KlickTipp has sent the key and accepts it. It is not stored yet.")
    return Words(_("Is this the right KlickTipp account?"), (of_new if has_errors else button) % named, text)


def of_removing(
    credential: Credential | None, shared: Credential | None, account: ClientAccount, *, is_own: bool
) -> Words:
    """The page that asks whether a credential is to be removed; `shared` is what is left for a person's own one."""
    kind = CredentialKind(credential.kind) if credential else _KEY
    heading, button = _REMOVES[kind, is_own]
    text = _removal(credential, shared, account, is_own=is_own) if credential else ""
    return Words(str(heading), button % {"client": account}, text)


def _removal(credential: Credential, shared: Credential | None, account: ClientAccount, *, is_own: bool) -> str:
    named = {
        "client": account,
        "four": last_four_or_dots(credential.last_four),
        "user": credential.username,
        "shared_user": shared.username if shared else "",
        "shared_four": last_four_or_dots(shared.last_four) if shared else "",
    }
    if not is_own:
        return _of_all(credential) % named
    return (_own_api_user(shared) if credential.is_api_user else _own_key(shared)) % named


def _of_all(credential: Credential) -> str:
    if credential.is_api_user:
        return _(
            "The API user %(user)s is removed from this portal; nobody without a key of their own can work for "
            "%(client)s until one is stored again."
        )
    return _(
        "The key …%(four)s is removed from this portal; nobody without a key of their own can work for %(client)s "
        "until one is stored again."
    )


def _own_api_user(shared: Credential | None) -> str:
    if shared:
        return _(
            "Your API user %(user)s is removed from this portal; what you do for %(client)s is then done with what is "
            "stored for the whole team."
        )
    return _(
        "Your API user %(user)s is removed from this portal; you cannot work for %(client)s until a key is stored "
        "again."
    )


def _own_key(shared: Credential | None) -> str:
    if shared is None:
        return _(
            "Your key …%(four)s is removed from this portal; you cannot work for %(client)s until a key is stored "
            "again."
        )
    if shared.is_api_user:
        return _(
            "Your key …%(four)s is removed from this portal; what you do for %(client)s is then done with the shared "
            "API user %(shared_user)s."
        )
    return _(
        "Your key …%(four)s is removed from this portal; what you do for %(client)s is then done with the shared key "
        "…%(shared_four)s."
    )
