from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import TeamRequest, UserRequest, signed_in, team_view
from accounts.forms import ProfileForm, TeamForm
from accounts.models import Team
from accounts.roles import Capability
from accounts.services import rename_team


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
        user = form.save()
        response = redirect("profile")
        if not user.language:
            request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        translation.activate(user.language or translation.get_language_from_request(request))
        messages.success(request, _("Your profile is saved."))
        return response
    memberships = request.user.memberships.current().select_related("team").order_by("team__name")
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


@signed_in
def email_addresses(request: UserRequest) -> HttpResponse:
    """Stands before allauth's page of this address: the portal does not let people change theirs."""
    return redirect("profile")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: with the user when signed in, in a cookie in any case."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, None):
        back = "/"
    response = HttpResponseRedirect(back)
    if wanted in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = wanted
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response
