from django.urls import path

from integrations.audit import views

urlpatterns = [
    path("", views.log, name="log"),
    path("<row_id:number>/", views.entry, name="log_entry"),
    path("action/<uuid:action>/", views.action, name="log_action"),
]
