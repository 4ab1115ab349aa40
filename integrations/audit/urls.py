from django.urls import include, path

from integrations.audit import entry_views, views
from integrations.audit.export import people_views

urlpatterns = [
    path("", views.log, name="log"),
    path("searches/", views.log_searches, name="log_searches"),
    path("searches/<row_id:search_id>/delete/", views.log_search_delete, name="log_search_delete"),
    path("newer/", views.log_newer, name="log_newer"),
    path("export/", include("integrations.audit.export.urls")),
    path("person/", people_views.person, name="log_person"),
    path("person/<row_id:account_id>/", people_views.person_of_client, name="log_person_of_client"),
    path("<row_id:number>/", entry_views.entry, name="log_entry"),
    path("<row_id:number>/fitting/", entry_views.fitting, name="log_fitting"),
    path("action/<uuid:action>/", entry_views.action, name="log_action"),
]
