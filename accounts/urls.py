from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("t/<slug:team>/name/", views.team_name, name="team_name"),
    path("language/", views.set_language, name="set_language"),
    path("accounts/email/", views.email_addresses, name="account_email"),
    path("accounts/", include("allauth.account.urls")),
]
