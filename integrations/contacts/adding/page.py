"""The page of the form that adds a contact, whichever way it is sent: the form, and what a step has brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import is_fragment
from integrations.audit.reading import calls_of
from integrations.clients.access import AccountRequest
from integrations.clients.explain import Explanation, explain
from integrations.clients.lists import Listing
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.adding.checking import Verdict, is_about
from integrations.contacts.adding.forms import ContactForm
from integrations.contacts.adding.outcome import is_update
from integrations.contacts.adding.preview import Preview
from integrations.contacts.adding.words import Wording, preview_in_words, was_it
from integrations.contacts.models import Origin


@dataclass(frozen=True)
class FormPage:
    """What the templates of the form show.

    wording: the words of the way in which it is sent
    loads_lists: whether its lists are to be loaded anew once the page is there
    failure: why it was not sent
    looks_up: whether an address is looked up before it is sent
    created_tags: names of the tags that were created all the same
    preview: what sending would change; where a check has a `verdict`, of the contact that it has read
    unsure: the origin of an add that may have happened and can be checked
    """

    account: ClientAccount
    form: ContactForm
    wording: Wording
    loads_lists: bool = False
    failure: Explanation | None = None
    preview: Preview | None = None
    verdict: Verdict | None = None
    unsure: Origin | None = None
    created_tags: Sequence[str] = ()
    tags_found: Listing | None = None
    looks_up: bool = True

    @cached_property
    def preview_words(self) -> tuple[str, str] | None:
        """Heading and lead of the preview, if there is one."""
        if self.preview is None:
            return None
        return preview_in_words(self.account, self.preview, self.verdict, self.unsure, self.wording)

    @cached_property
    def question(self) -> str:
        """What a check answers, if there is something to check."""
        if self.unsure is None or self.wording.question:
            return str(self.wording.question)
        return was_it(is_update(calls_of(self.account.scope, self.unsure.action)))

    @property
    def button(self) -> str:
        """The words of the button that sends the form."""
        return self.wording.button(self.account, self.preview)

    @property
    def is_advised(self) -> bool:
        """Whether sending the form is what a person is led to do: not what may have happened already or would change
        nothing, and not for who has unsubscribed or is on the suppression list."""
        is_suppressed = self.failure is not None and self.failure.is_suppressed
        is_in_vain = self.preview is not None and (self.preview.lookup.is_unsubscribed or self._changes_nothing)
        return not (self.checks_first or is_suppressed or is_in_vain)

    @property
    def _changes_nothing(self) -> bool:
        differences = self.preview and self.preview.differences
        return differences is not None and not differences and not self.wording.besides

    @property
    def checks_first(self) -> bool:
        """Whether to check what became of the last time is better than to send it again."""
        return self.unsure is not None and self.verdict is not Verdict.WITHOUT_FURTHER_TAGS

    @property
    def checks_once_more(self) -> bool:
        return self.verdict in (Verdict.ABSENT, Verdict.NOT_DONE)


def field_added(
    request: AccountRequest, form: ContactForm, urls: Mapping[str, str], page: Callable[[], HttpResponse]
) -> HttpResponse:
    """The form with the further data fields that were asked for, as a fragment or as its page; nothing is checked yet.

    urls: the addresses of the step itself and of the list of data fields, as the form's template calls them
    """
    chosen = [part for value in request.POST.getlist("further_field") for part in value.replace(",", " ").split()]
    shown = [field_id for field_id in dict.fromkeys(chosen) if form.show_field(field_id)]
    focus_on = shown[0] if shown else "further_field"
    if not is_fragment(request):
        return page()
    lists = {"fields": request.errand.last_known(ReferenceKind.FIELDS)}
    context = {"form": form, "lists": lists, "focus_on": focus_on, **urls}
    return render(request, "contacts/adding/add.html#rows", context)


def choices_of(
    request: AccountRequest, form: type[ContactForm], kind: ReferenceKind, urls: Mapping[str, str]
) -> HttpResponse:
    """A control of the form with its list as KlickTipp has it now, or the last known one."""
    listing = request.errand.load(kind)
    context = {
        "form": form(request.errand, typed=request.GET),
        "lists": {kind: listing},
        "stale": listing.error and explain(listing.error),
        "further": request.GET.getlist("further_field"),
        **urls,
    }
    return render(request, f"contacts/adding/add.html#{kind}", context)


def can_check(form: ContactForm, unsure: Origin) -> bool:
    """Whether a form is valid and still about the address of the add that is to be checked. If not, it says so."""
    if form.is_valid() and not is_about(unsure, form.cleaned_data["email"]):
        form.add_error("email", _("Another address than this one was sent. To check that one, please type it again."))
    return form.is_valid()


def unsure_of_action(request: AccountRequest, action: UUID) -> Origin:
    """Where the contact comes from of the add that a form asks about. Raises `Http404`."""
    origin = Origin.objects.filter(account=request.account, action=action).first()
    if origin is None:
        raise Http404
    return origin
