from django.urls import include, path

from integrations import ids  # noqa: F401 - registers the converters of the URLs below
from integrations.clients import palette_views
from integrations.clients.keys.grant_views import callback, refusal
from integrations.contacts.showing.log_views import log_addresses
from ktportal import browsers

handler400 = "accounts.bad_requests.bad_request"
handler500 = "ktportal.errors.server_error"
urlpatterns = [
    path("csp-reports/", browsers.csp_report, name="csp_report"),
    path(".well-known/change-password", browsers.change_password, name="change_password"),
    path(".well-known/security.txt", browsers.security_txt, name="security_txt"),
    path("", include("accounts.urls")),
    path("go/", palette_views.of_person, name="palette"),
    path("grants/refused/", refusal, name="grant_refused"),
    path("grants/<slug:state>/", callback, name="grant_callback"),
    path("t/<slug:team>/", include("integrations.clients.urls")),
    path("t/<slug:team>/clients/<slug:account>/contacts/", include("integrations.contacts.urls")),
    path("t/<slug:team>/clients/<slug:account>/tags/", include("integrations.tags.urls")),
    path("t/<slug:team>/clients/<slug:account>/segments/", include("integrations.segments.urls")),
    path("t/<slug:team>/clients/<slug:account>/jobs/", include("integrations.jobs.urls")),
    path("t/<slug:team>/clients/<slug:account>/suppression/", include("integrations.suppression.urls")),
    path("", include("integrations.members.urls")),
    path("t/<slug:team>/clients/<slug:account>/tools/", include("integrations.optin.urls")),
    path("t/<slug:team>/clients/<slug:account>/tools/listbuilding/", include("integrations.listbuilding.urls")),
    path("t/<slug:team>/log/overview/", include("integrations.audit.overview.urls")),
    path("t/<slug:team>/log/proof/", include("integrations.audit.proof.urls")),
    path("t/<slug:team>/log/addresses/", log_addresses, name="log_addresses"),
    path("t/<slug:team>/log/", include("integrations.audit.urls")),
    path("t/<slug:team>/log/stream/", include("integrations.audit.stream.urls")),
    path("t/<slug:team>/log/kept/", include("integrations.audit.retention.urls")),
]
