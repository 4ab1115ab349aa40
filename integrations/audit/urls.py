from django.urls import path

from integrations.audit import views

urlpatterns = [
    path("", views.log, name="log"),
    path("searches/", views.log_searches, name="log_searches"),
    path("searches/<row_id:search_id>/delete/", views.log_search_delete, name="log_search_delete"),
    path("newer/", views.log_newer, name="log_newer"),
    path("<row_id:number>/", views.entry, name="log_entry"),
    path("action/<uuid:action>/", views.action, name="log_action"),
]
