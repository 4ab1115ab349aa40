from django.urls import path

from integrations.audit.export import views

urlpatterns = [
    path("csv/", views.csv, name="log_export_csv"),
    path("jsonl/", views.json_lines, name="log_export_jsonl"),
    path("ocsf/", views.ocsf_events, name="log_export_ocsf"),
    path("report/", views.report, name="log_report"),
]
