from django.urls import include, path

urlpatterns = [
    path("", include("integrations.contacts.showing.urls")),
    path("", include("integrations.contacts.changing.urls")),
    path("", include("integrations.contacts.adding.urls")),
    path("", include("integrations.contacts.browsing.urls")),
    path("", include("integrations.contacts.fields.urls")),
]
