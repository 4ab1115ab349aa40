from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import TeamRequest, is_fragment, sent_from, team_view
from accounts.roles import Capability
from integrations.audit import often
from integrations.audit.actors import Actor
from integrations.contacts.showing.log_addresses import MOST_ENTRIES, addresses
from integrations.ids import LARGEST_ROW_ID


@team_view(Capability.SEE_CLIENTS)
@sent_from("log")
def log_addresses(request: TeamRequest) -> HttpResponse:
    """The addresses of the contacts that these entries of the log are about, as KlickTipp has them now."""
    often.count(request.user.pk)
    typed = request.POST.getlist("number")[:MOST_ENTRIES]
    numbers = [int(number) for number in typed if number.isdecimal() and len(number) < 20]
    found = addresses(request.membership, Actor.of(request), [each for each in numbers if each <= LARGEST_ROW_ID])
    template = "contacts/showing/log_addresses.html"
    return render(request, f"{template}#addresses" if is_fragment(request) else template, {"found": found})
