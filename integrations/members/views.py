from collections.abc import Collection
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import complete_signup
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import TeamRequest, sent_from, team_view
from accounts.errors import LastOwner
from accounts.forms import NAME_IN_USE
from accounts.mfa import second_factor_of
from accounts.models import Membership, User
from accounts.roles import Capability, Role
from accounts.services import remove_member
from accounts.sessions import end_all
from integrations.audit.actors import Actor
from integrations.clients.models import ClientAccess, Credential
from integrations.members import invitations, services
from integrations.members.access import InvitationRequest, MemberRequest, invitation_view, member_view
from integrations.members.errors import AlreadyMember, HasAccount, JustSent, NameInUse, NotAllowed, NotValid, TooMany
from integrations.members.forms import InvitationForm, MemberForm, SignUpForm
from integrations.members.models import Invitation


@team_view(Capability.MANAGE_MEMBERS)
def members(request: TeamRequest) -> HttpResponse:
    """The people of the team, and whom it has invited."""
    return _members_page(request)


@team_view(Capability.MANAGE_MEMBERS)
def invite(request: TeamRequest) -> HttpResponse:
    """Invite somebody by mail, whether or not they have an account."""
    form = InvitationForm(request.POST or None, by=request.membership)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            invitations.invite(
                typed["email"], typed["role"], form.chosen(), request.membership, Actor.of(request), typed["day"]
            )
        except NotAllowed:
            raise PermissionDenied from None
        except (AlreadyMember, JustSent, TooMany) as error:
            form.add_error("email", _not_invited(error))
        else:
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": typed["email"]})
            return redirect("members", team=request.team.slug)
    return render(request, "members/invite.html", {"form": form}, status=422 if form.errors else 200)


@invitation_view
@sent_from("members")
def send_again(request: InvitationRequest) -> HttpResponse:
    """Send an invitation with a new link."""
    address = request.invitation.email
    try:
        invitations.send_again(request.invitation, request.membership, Actor.of(request))
    except (AlreadyMember, JustSent, TooMany) as error:
        return _members_page(request, f"{address}: {_not_invited(error)}")
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": address})
    return redirect("members", team=request.team.slug)


@invitation_view
@sent_from("members")
def withdraw(request: InvitationRequest) -> HttpResponse:
    """Make an invitation invalid."""
    invitations.withdraw(request.invitation, request.membership, Actor.of(request))
    messages.success(
        request, _("The invitation to %(email)s is no longer valid.") % {"email": request.invitation.email}
    )
    return redirect("members", team=request.team.slug)


@member_view
def member(request: MemberRequest) -> HttpResponse:
    """One member, with one form for all that can be changed."""
    if request.method != "POST":
        return _member_page(request)
    if not request.membership.may_give(request.member.role):
        raise PermissionDenied
    form = MemberForm(request.POST, member=request.member, by=request.membership)
    keys = list(_own_keys(request.member))
    if form.is_valid():
        typed = form.cleaned_data
        role = Role(typed.get("role") or request.member.role)
        try:
            services.change(request.member, role, form.chosen(), typed["day"], request.membership, Actor.of(request))
        except LastOwner:
            form.add_error("role", _last_owner())
        else:
            return _changed(request, keys)
    return _member_page(request, form)


@member_view
@sent_from("member")
def end_sessions(request: MemberRequest) -> HttpResponse:
    """Sign the member out everywhere, a few times a day: it reaches into their other teams."""
    member = request.member
    if member.has_ended or not request.membership.may_give(member.role):
        raise PermissionDenied
    limit = {"end_sessions": "5/d/key"}
    if not ratelimit.consume(request, app="allauth.account", action="end_sessions", key=str(member.pk), config=limit):
        return ratelimit.respond_429(request)
    end_all(member.user, by=request.user)
    messages.success(request, _("%(person)s is signed out everywhere.") % {"person": member.user})
    return redirect("member", team=request.team.slug, member=request.member.pk)


@member_view
def remove(request: MemberRequest) -> HttpResponse:
    """Remove the member from the team, after asking once."""
    if request.member == request.membership:
        return redirect("member_leave", team=request.team.slug)
    if not request.membership.may_give(request.member.role):
        raise PermissionDenied
    problem, name = "", str(request.member.user)
    if request.method == "POST":
        try:
            services.remove(request.member, request.membership)
        except LastOwner:
            problem = _last_owner()
        else:
            messages.success(request, _("%(person)s is no longer in the team.") % {"person": name})
            return redirect("members", team=request.team.slug)
    return _ask(request, "members/remove.html", request.member, problem)


@team_view(Capability.BELONG, also_ended=True)
def leave(request: TeamRequest) -> HttpResponse:
    """Leave the team, after asking once; for good also where the access has ended already."""
    problem = ""
    if request.method == "POST":
        try:
            remove_member(request.membership, by=request.user)
        except LastOwner:
            problem = _("You are the team's last owner. Make somebody else an owner first.")
        else:
            messages.success(request, _("You have left %(team)s.") % {"team": request.team})
            return redirect("home")
    return _ask(request, "members/leave.html", request.membership, problem)


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of an invitation leads. Looking changes nothing: mail scanners follow links."""
    response = _invitation(request, token)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _invitation(request: HttpRequest, token: str) -> HttpResponse:
    found, user = invitations.find(token), request.user
    if found is None:
        return _not_valid(request)
    if user.is_authenticated and user.email.lower() == found.email and invitations.is_member(user, found.team):
        return render(request, "members/already_in.html", {"team": found.team})
    if not invitations.is_valid(found):
        return _not_valid(request)
    if user.is_authenticated:
        return _join(request, found, user)
    if invitations.has_account(found.email):
        return _sign_in_first(request, found)
    return _sign_up(request, found)


def _join(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    """One button for the invited person; others are told whose invitation it is."""
    is_theirs = user.email.lower() == found.email
    if request.method == "POST" and is_theirs:
        try:
            is_new = invitations.accept(found, user, Actor.of(request))
        except NotValid:
            return _not_valid(request)
        except NameInUse:
            told = _("Somebody in %(team)s has your name, or one that looks like it. Please add to yours, then join.")
            messages.error(request, told % {"team": found.team})
            return redirect("profile")
        told = _("Welcome to %(team)s.") if is_new else _("You are already in %(team)s.")
        messages.success(request, told % {"team": found.team})
        return redirect("team", team=found.team.slug)
    return render(request, "members/join.html" if is_theirs else "members/not_yours.html", {"invitation": found})


def _sign_in_first(request: HttpRequest, found: Invitation) -> HttpResponse:
    login_url = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    if request.method == "POST":
        return redirect(login_url)
    return render(request, "members/sign_in_first.html", {"invitation": found, "login_url": login_url})


def _sign_up(request: HttpRequest, found: Invitation) -> HttpResponse:
    if not ratelimit.consume(request, app="allauth.account", action="signup"):
        return ratelimit.respond_429(request)
    form = SignUpForm(request.POST if request.method == "POST" else None, email=found.email)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            user = invitations.sign_up(found, typed["name"], typed["password"], Actor.of(request))
        except NotValid:
            return _not_valid(request)
        except HasAccount:
            return redirect(request.path)
        except NameInUse:
            form.add_error("name", NAME_IN_USE)
            return render(request, "members/sign_up.html", {"invitation": found, "form": form}, status=422)
        messages.success(request, _("Welcome to %(team)s.") % {"team": found.team})
        record_authentication(request, user, method="password")
        there = reverse("team", args=[found.team.slug])
        return complete_signup(request, user, None, there, signal_kwargs={"is_invited": True})
    context = {"invitation": found, "form": form}
    return render(request, "members/sign_up.html", context, status=422 if form.errors else 200)


def _not_valid(request: HttpRequest) -> HttpResponse:
    """The same for every reason: a stranger with a wrong link learns nothing."""
    return render(request, "members/not_valid.html", status=404)


def _members_page(request: TeamRequest, problem: str = "") -> HttpResponse:
    access = ClientAccess.objects.select_related("account").order_by("account__name")
    people = request.team.memberships.select_related("user").prefetch_related(Prefetch("client_access", access))
    people = people.annotate(has_second_factor=second_factor_of("user"))
    members = sorted(people.order_by("user__name", "user__email"), key=lambda member: member.has_ended)
    unanswered = Invitation.objects.unanswered().filter(team=request.team)
    waiting = unanswered.select_related("invited_by").prefetch_related("accounts").order_by("email")
    context = {
        "members": members,
        "invitations": waiting,
        "valid": set(unanswered.valid().values_list("pk", flat=True)),
        "changeable": [role for role in Role if request.membership.may_give(role)],
        "problem": problem,
    }
    return render(request, "members/members.html", context, status=422 if problem else 200)


def _member_page(request: MemberRequest, form: MemberForm | None = None) -> HttpResponse:
    """The member's page; the form may come with what is wrong with it."""
    context: dict[str, Any] = {
        "member": request.member,
        "may_change": request.membership.may_give(request.member.role),
        "form": form or MemberForm(None, member=request.member, by=request.membership),
    }
    return render(request, "members/member.html", context, status=422 if form else 200)


def _own_keys(member: Membership) -> QuerySet[Credential]:
    return Credential.objects.held_by(member.user_id).filter(account__team=member.team_id).select_related("account")


def _changed(request: MemberRequest, keys: Collection[Credential] = ()) -> HttpResponse:
    """Where to go after a change; who has taken the right from themselves cannot stay. Of the member's own `keys`
    from before, those that went with the right to them are told."""
    kept = set(_own_keys(request.member))
    if lost := [str(key.account) for key in keys if key not in kept]:
        told = _("Saved. %(person)s lost their own customer key for %(clients)s; at KlickTipp it stays valid.")
        messages.success(request, told % {"person": request.member.user, "clients": get_text_list(lost, _("and"))})
    else:
        messages.success(request, _("Saved."))
    own = request.user.memberships.current().filter(team=request.team).first()
    if own and own.may(Capability.MANAGE_MEMBERS):
        return redirect("member", team=request.team.slug, member=request.member.pk)
    return redirect("team", team=request.team.slug)


def _ask(request: TeamRequest, template: str, member: Membership, problem: str) -> HttpResponse:
    """A page that asks once before a membership ends, with what ends with it."""
    sent = Invitation.objects.valid().filter(team=request.team, invited_by=member.user_id)
    context = {"member": member, "keys": _own_keys(member), "sent": sent, "problem": problem}
    return render(request, template, context, status=422 if problem else 200)


def _not_invited(error: Exception) -> str:
    match error:
        case AlreadyMember():
            return _("This person is a member of the team already.")
        case JustSent():
            return _("An invitation went to this address less than a minute ago. Please wait a moment.")
    return _("Your team has %(number)s invitations under way, as many as it can have. Please wait until tomorrow.") % {
        "number": invitations.MOST_AT_A_TIME
    }


def _last_owner() -> str:
    return _("This is the team's last owner. Make somebody else an owner first.")
