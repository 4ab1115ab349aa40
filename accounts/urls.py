from django.conf import settings
from django.urls import include, path

from accounts import views
from accounts.confirm_address import ConfirmAddress

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("t/<slug:team>/name/", views.team_name, name="team_name"),
    path("language/", views.set_language, name="set_language"),
    path("t/<slug:team>/second-factor/", views.second_factor, name="team_second_factor"),
    path("accounts/confirmed/", views.confirmed, name="confirmed"),
    path("accounts/sessions/", views.sessions, name="sessions"),
    *(
        [path("accounts/second-factor/webauthn/login/", views.passkey_login, name="mfa_login_webauthn")]
        if settings.HAS_PASSKEYS
        else []
    ),
    path("accounts/second-factor/", include("allauth.mfa.urls")),
    path("accounts/confirm-email/<str:key>/", ConfirmAddress.as_view(), name="account_confirm_email"),
    path("accounts/password/change/", views.change_password, name="account_change_password"),
    path("accounts/", include("allauth.account.urls")),
]
