from datetime import timedelta

from allauth.account.views import password_change
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.views import login_webauthn
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import confirmation
from accounts.access import TeamRequest, UserRequest, sent_from, signed_in, team_view
from accounts.browser_names import browser_name
from accounts.forms import ProfileForm, SecondFactorForm, TeamForm
from accounts.hashing import from_place_of
from accounts.mfa import has_second_factor
from accounts.models import Team
from accounts.roles import Capability
from accounts.services import rename_team, require_second_factor
from accounts.sessions import end, end_all

_PASSKEY_SECONDS = 300


@signed_in
def home(request: UserRequest) -> HttpResponse:
    """The only team's page, or the choice among several."""
    memberships = request.user.memberships.current().select_related("team").order_by("team__name")
    if len(memberships) == 1:
        return redirect("team", team=memberships[0].team.slug)
    return render(request, "accounts/teams.html", {"memberships": memberships})


@signed_in
def profile(request: UserRequest) -> HttpResponse:
    """Name, language and teams; without a language of their own a person gets the browser's, so the cookie goes."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.save(update_fields=form.Meta.fields)  # what else was loaded may have changed meanwhile
        response = redirect("profile")
        if not user.language:
            request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        translation.activate(user.language or translation.get_language_from_request(request))
        messages.success(request, _("Your profile is saved."))
        return response
    memberships = request.user.memberships.select_related("team").order_by("team__name")
    context = {"form": form, "memberships": memberships}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@team_view(Capability.MANAGE_TEAM)
def team_name(request: TeamRequest) -> HttpResponse:
    """Give the team another name."""
    form = TeamForm(request.POST or None, instance=Team.objects.get(pk=request.team.pk))
    if request.method == "POST" and form.is_valid():
        rename_team(request.team, form.cleaned_data["name"], by=request.user)
        messages.success(request, _("The team is called %(team)s now.") % {"team": request.team})
        return redirect("members", team=request.team.slug)
    return render(request, "accounts/team.html", {"form": form}, status=422 if form.errors else 200)


@team_view(Capability.MANAGE_TEAM)
def second_factor(request: TeamRequest) -> HttpResponse:
    """Whether members need a second factor. Who asks for it of others has one."""
    form = SecondFactorForm(request.POST or None)
    has_one = has_second_factor(request.user)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["grace"]
        if days is not None and not has_one:
            form.add_error("grace", _("Add a second factor to your own sign-in first."))
        else:
            since = None if days is None else timezone.now() + timedelta(days=days)
            require_second_factor(request.team, since, by=request.user)
            messages.success(request, _("Saved."))
            return redirect("members", team=request.team.slug)
    context = {"form": form, "has_one": has_one}
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def passkey_login(request: HttpRequest) -> HttpResponse:
    """allauth's view, whose question to the browser, or what it says of the answer, is kept in a session: a few a
    minute for a network, and not for long."""
    if not ratelimit.consume(request, app="allauth.mfa", action="webauthn_login", limit_get=True):
        return ratelimit.respond_429(request)
    response: HttpResponse = login_webauthn(request)
    if not request.user.is_authenticated and (request.session.modified or request.method == "POST"):
        request.session.set_expiry(_PASSKEY_SECONDS)
    return response


@signed_in
def change_password(request: UserRequest) -> HttpResponse:
    """allauth's view, for who has confirmed that it is them: a stolen password alone makes no new one."""
    if not confirmation.confirmed_lately(request):
        return confirmation.ask(request)
    with from_place_of(request.user.email if request.method == "POST" else None):
        response: HttpResponse = password_change(request)
    return response


@signed_in
def confirmed(request: UserRequest) -> HttpResponse:
    """Where the confirmation in another tab ends."""
    return render(request, "accounts/confirmed.html")


@signed_in
def sessions(request: UserRequest) -> HttpResponse:
    """Where the person is signed in; ended one by one, or all but this one."""
    if request.method == "POST":
        if not confirmation.confirmed_lately(request):
            return confirmation.ask(request)
        if chosen := request.POST.get("session", ""):
            own = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
            if found := own.filter(pk=chosen if chosen.isdecimal() and len(chosen) < 19 else 0).first():
                end(found, by=request.user)
        else:
            end_all(request.user, by=request.user, request=request)
        messages.success(request, _("Ended."))
        return redirect("sessions")
    listed = sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.last_seen_at, reverse=True)
    named = [(session, browser_name(session.user_agent)) for session in listed]
    return render(request, "accounts/sessions.html", {"sessions": named})


@sent_from("home")
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: with the user when signed in, in a cookie in any case."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, None):
        back = "/"
    response = HttpResponseRedirect(back)
    try:
        chosen = translation.get_supported_language_variant(wanted)
    except LookupError:
        return response
    if request.user.is_authenticated:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
