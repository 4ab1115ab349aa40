from django.urls import path

from integrations.optin import views

urlpatterns = [
    path("", views.tools, name="tools"),
    path("optin-processes/", views.processes, name="tools_processes"),
    path("optin-processes/<klicktipp_id:process_id>/", views.process, name="tools_process"),
    path("page-after-sign-up/", views.redirect_page, name="tools_redirect"),
    path("data-field/", views.field, name="tools_field"),
]
