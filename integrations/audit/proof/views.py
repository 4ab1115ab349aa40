"""The pages that prove the log, and what auditors take from them: for members who see the whole log, or their part."""

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import TeamRequest, sent_from, team_view
from accounts.crowds import one_at_a_time
from accounts.exports import export
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.proof import mailing, proving, timestamps
from integrations.audit.proof.access import MOST_COUNTED, listed_log, listed_logs
from integrations.audit.proof.canonical import UnknownVersion, leaf
from integrations.audit.proof.checking import check
from integrations.audit.proof.covering import what_stops, wrong_with
from integrations.audit.proof.folder import packed
from integrations.audit.proof.formats import TileName
from integrations.audit.proof.forms import CheckForm, RecipientForm
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import TimeStamp
from integrations.audit.proof.signed import newest_signed
from integrations.audit.visibility import visible_accounts, visible_entries
from ktportal.bodies import accepts_files

_TEXT = "text/plain; charset=utf-8"


@team_view(Capability.SEE_WHOLE_LOG)
def proof(request: TeamRequest) -> HttpResponse:
    """The logs that can be proved, and how far each is."""
    context = {"logs": listed_logs(request.membership), "most_counted": MOST_COUNTED}
    return render(request, "audit/proof/proof.html", context)


@team_view(Capability.SEE_WHOLE_LOG)
def one_log(request: TeamRequest, log: int) -> HttpResponse:
    """One log: its newest checkpoint, the keys, and what can be taken from it."""
    listed = listed_log(request.membership, log)
    stamp = listed.log.stamps.last()
    context = {
        "listed": listed,
        "newest": newest_signed(listed.log),
        "is_stopped": bool(what_stops(listed.log, listed.log.newest())),
        "comparison": listed.log.comparison,
        "stamp": stamp,
        "stamp_fits": timestamps.fits(stamp) if stamp else None,
        "most_counted": MOST_COUNTED,
    }
    return render(request, "audit/proof/log.html", context)


@never_cache
@team_view(Capability.SEE_WHOLE_LOG)
def checkpoint(request: TeamRequest, log: int) -> HttpResponse:
    """The newest checkpoint of a log."""
    newest = newest_signed(listed_log(request.membership, log).log)
    if newest is None:
        raise Http404
    return HttpResponse(newest.note, content_type=_TEXT)


@team_view(Capability.SEE_WHOLE_LOG)
def stamp(request: TeamRequest, log: int) -> HttpResponse:
    """The newest time stamp over a checkpoint of a log, if it is one."""
    found = _stamp(request, log)
    name = f"log-{found.team_id}-{found.account_id}-{found.size}.tsr"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.answer), content_type="application/timestamp-reply", headers=headers)


@team_view(Capability.SEE_WHOLE_LOG)
def stamped(request: TeamRequest, log: int) -> HttpResponse:
    """The checkpoint that the newest time stamp is over."""
    found = _stamp(request, log)
    note = Log(found.team_id, found.account_id).checkpoints.get(size=found.size).note
    return HttpResponse(note, content_type=_TEXT)


def _stamp(request: TeamRequest, log: int) -> TimeStamp:
    found = listed_log(request.membership, log).log.stamps.last()
    if found is None or not timestamps.fits(found):
        raise Http404
    return found


@team_view(Capability.SEE_WHOLE_LOG)
def tile(request: TeamRequest, log: int, tile: str) -> HttpResponse:
    """A tile of a log's tree, or the entries that it is over."""
    name = TileName.of(tile)
    found = proving.tile(listed_log(request.membership, log).log, name) if name else None
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="application/octet-stream")


@team_view(Capability.SEE_WHOLE_LOG)
def growth(request: TeamRequest, log: int, older: int) -> HttpResponse:
    """The proof that a log has only grown since it had so many entries."""
    found = proving.growth_since(listed_log(request.membership, log).log, older)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type=_TEXT)


@team_view(Capability.SEE_WHOLE_LOG)
@export
def folder(request: TeamRequest, log: int) -> HttpResponseBase:
    """A whole log with its checkpoint, as a ZIP file."""
    shown = listed_log(request.membership, log).log
    newest = newest_signed(shown)
    if newest is None:
        raise Http404
    if wrong_with(shown, newest):
        return redirect("log_proof_log", team=request.team.slug, log=log)
    name = "-".join(shown.origin.partition("/")[2].split("/"))
    return StreamingHttpResponse(
        packed(shown, newest),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}-{newest.size}.zip"'},
    )


@team_view(Capability.SEE_WHOLE_LOG)
def entry_proof(request: TeamRequest, number: int) -> HttpResponse:
    """The `.tlog-proof` of an entry."""
    entry = _entry(request, number)
    found = proving.inclusion_of(entry)
    if found is None:
        raise Http404
    name = f"log-{entry.team_id}-{entry.number}.tlog-proof"
    return HttpResponse(found, content_type=_TEXT, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@team_view(Capability.SEE_WHOLE_LOG)
def entry_leaf(request: TeamRequest, number: int) -> HttpResponse:
    """An entry in its canonical form, which a proof is of."""
    entry = _entry(request, number)
    try:
        form = leaf(entry)
    except UnknownVersion:
        raise Http404 from None
    name = f"log-{entry.team_id}-{entry.number}.json"
    return HttpResponse(
        form, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _entry(request: TeamRequest, number: int) -> AuditEntry:
    """A final entry that the member may have proved."""
    entry = get_object_or_404(visible_entries(request.membership).exclude(outcome=Outcome.PENDING), number=number)
    listed_log(request.membership, entry.account_id or 0)
    return entry


@accepts_files
@team_view(Capability.SEE_WHOLE_LOG)
@one_at_a_time
def check_proof(request: TeamRequest) -> HttpResponse:
    """Check a proof or a checkpoint that somebody has kept."""
    if request.method != "POST":
        return render(request, "audit/proof/check.html", {"form": CheckForm(membership=request.membership)})
    form = CheckForm(request.POST, request.FILES, membership=request.membership)
    if not form.is_valid():
        return render(request, "audit/proof/check.html", {"form": form}, status=422)
    brought = form.cleaned_data
    verdict = check(brought["brought"], brought["entry"], brought.get("stamp"))
    listed = listed_log(request.membership, verdict.log.account_id)
    return render(request, "audit/proof/check.html", {"form": form, "verdict": verdict, "listed": listed})


@team_view(Capability.MANAGE_MEMBERS)
def recipients(request: TeamRequest) -> HttpResponse:
    """Who gets the newest checkpoints by mail, and one more."""
    form = RecipientForm(request.POST or None, membership=request.membership)
    if request.method == "POST" and form.is_valid():
        email, account_id = form.cleaned_data["email"], form.cleaned_data["account"]
        try:
            mailing.add_recipient(request.team, email, account_id, form.clients.get(account_id, ""), Actor.of(request))
        except mailing.AlreadyThere:
            form.add_error("email", _("This address gets these checkpoints already."))
        except mailing.TooMany:
            form.add_error(
                "email",
                _("There may be %(most)s addresses. Please remove one first.") % {"most": mailing.MOST_RECIPIENTS},
            )
        else:
            messages.success(request, _("%(email)s gets the newest checkpoints every day.") % {"email": email})
            return redirect("log_proof_recipients", team=request.team.slug)
    found = request.team.log_recipients.order_by("email", "pk")
    shown = [(recipient, form.clients.get(recipient.account_id, "")) for recipient in found]
    context = {"form": form, "recipients": shown}
    return render(request, "audit/proof/recipients.html", context, status=422 if form.errors else 200)


@team_view(Capability.MANAGE_MEMBERS)
@sent_from("log_proof_recipients")
def remove_recipient(request: TeamRequest, recipient: int) -> HttpResponse:
    """Mail an address no checkpoints any more."""
    found = get_object_or_404(request.team.log_recipients, pk=recipient)
    names = dict(visible_accounts(request.membership).values_list("pk", "name"))
    mailing.remove_recipient(found, names.get(found.account_id, ""), Actor.of(request))
    messages.success(request, _("%(email)s gets no checkpoints any more.") % {"email": found.email})
    return redirect("log_proof_recipients", team=request.team.slug)
