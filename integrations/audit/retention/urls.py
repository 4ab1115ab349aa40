from django.urls import path

from integrations.audit.retention import views

urlpatterns = [
    path("", views.log_kept, name="log_kept"),
    path("periods/", views.log_periods, name="log_periods"),
]
