from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("t/<slug:team>/", include("integrations.clients.urls")),
    path("t/<slug:team>/clients/<slug:account>/contacts/", include("integrations.contacts.urls")),
    path("t/<slug:team>/clients/<slug:account>/tags/", include("integrations.tags.urls")),
    path("t/<slug:team>/clients/<slug:account>/tools/", include("integrations.tools.urls")),
    path("t/<slug:team>/log/", include("integrations.audit.urls")),
]
