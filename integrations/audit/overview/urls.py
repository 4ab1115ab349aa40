from django.urls import path

from integrations.audit.overview import views

urlpatterns = [path("", views.overview, name="log_overview")]
