"""The addresses of the contacts that actions of the log are about, read for one answer and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID, uuid4

from accounts.models import Membership
from integrations.audit.actors import Actor
from integrations.audit.grouping import in_short
from integrations.audit.models import AuditEntry, AuditSubject, LogLine, SubjectKind, SubjectLink
from integrations.audit.recorder import Action
from integrations.audit.visibility import visible_accounts, visible_entries
from integrations.clients.calls.deadline import Deadline
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.models import ClientAccount
from integrations.contacts.many import read_contacts
from integrations.contacts.sentences import ADDRESSES_SHOWN
from integrations.ids import CONTACT_ID, LARGEST_KLICKTIPP_ID
from integrations.klicktipp import MOST_CONTACTS_AT_ONCE, Contact, KlickTippError, NotFound
from integrations.phone_numbers import readable_number

MOST_ENTRIES = 100


@dataclass
class Known:
    """A contact as the log labels it, last in the entry `number`, and as it is now; None while that is not read, or
    cannot be."""

    id: str
    number: int
    labels: list[AuditSubject]
    contact: Contact | None = None
    is_gone: bool = False

    @property
    def sms_number(self) -> str:
        return readable_number(self.contact.sms_number) if self.contact else ""


@dataclass
class OfClient:
    """The contacts of one client account, and why they could not be read."""

    account: ClientAccount
    contacts: dict[str, Known]
    failure: Explanation | None = None


def addresses(membership: Membership, actor: Actor, numbers: Iterable[int]) -> list[OfClient]:
    """Those whom the actions of these entries are about, by client account: one call for each, which is an entry of the
    log. Of what the member does not see, and of clients that are gone, there is nothing."""
    visible = visible_entries(membership)
    actions = visible.filter(number__in=list(numbers)[:MOST_ENTRIES]).values_list("action", flat=True)
    lines = list(LogLine.objects.filter(team_id=membership.team_id, action__in=set(actions)))
    entries = [entry for action in in_short(lines, visible) for entry in action.entries if entry.account_id]
    accounts = {account.pk: account for account in visible_accounts(membership)}
    found = _contacts_of(entries)
    deadline = Deadline()
    return [_read(accounts[pk], known, actor, deadline) for pk, known in found.items() if pk in accounts]


def _contacts_of(entries: Iterable[AuditEntry]) -> dict[int, dict[str, Known]]:
    """By client account and ID, at most as many for each account as one call reads."""
    account_of = {entry.pk: int(entry.account_id or 0) for entry in entries}
    subjects = list(AuditSubject.objects.filter(entry_id__in=account_of).order_by("-number", "pk"))
    ids = _ids_by_hash(set(account_of.values()), {subject.hash for subject in subjects})
    found: dict[int, dict[str, Known]] = {}
    for subject in subjects:
        account_id = account_of[subject.entry_id]
        is_id = subject.kind == SubjectKind.CONTACT and _can_be_asked_for(subject.label)
        contact_id = subject.label if is_id else ids.get((account_id, subject.hash))
        of_account = found.setdefault(account_id, {})
        if contact_id and (contact_id in of_account or len(of_account) < MOST_CONTACTS_AT_ONCE):
            known = of_account.setdefault(contact_id, Known(contact_id, subject.number, []))
            if not is_id and subject.hash not in {label.hash for label in known.labels}:
                known.labels.append(subject)
    return {account_id: contacts for account_id, contacts in found.items() if contacts}


def _can_be_asked_for(contact_id: str) -> bool:
    """Whether it is no key, of which the log has one letter, and no number so large that a call would be refused."""
    return CONTACT_ID.fullmatch(contact_id) is not None and int(contact_id) <= LARGEST_KLICKTIPP_ID


def _ids_by_hash(accounts: set[int], hashes: set[str]) -> dict[tuple[int, str], str]:
    """Whose an address or number was last, by client account and hash."""
    links = SubjectLink.objects.filter(hash__in=hashes, account_id__in=accounts).order_by("number", "pk")
    return {(link.account_id, link.hash): link.contact_id for link in links.only("account_id", "hash", "contact_id")}


def _read(account: ClientAccount, known: dict[str, Known], actor: Actor, deadline: Deadline) -> OfClient:
    action_id, of_client = uuid4(), OfClient(account, known)
    action = Action(ADDRESSES_SHOWN, actor, {"count": len(known)}, id=action_id)
    try:
        with closing(read_contacts(account, action, list(known), deadline.seconds_left)) as read:
            for contact_id, told in read:
                if isinstance(told, Contact):
                    known[contact_id].contact = told
                elif isinstance(told, NotFound):
                    known[contact_id].is_gone = True
                else:
                    of_client.failure = _explained(told, action_id)
    except EXPLAINED as error:
        of_client.failure = _explained(error, action_id)
    return of_client


def _explained(error: Exception, action: UUID) -> Explanation:
    return explain(error, action if isinstance(error, KlickTippError) else None)
