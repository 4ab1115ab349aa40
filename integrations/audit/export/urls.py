from django.urls import path

from integrations.audit.export import views

urlpatterns = [
    path("csv/", views.csv, name="log_export_csv"),
    path("jsonl/", views.json_lines, name="log_export_jsonl"),
    path("ocsf/", views.ocsf_events, name="log_export_ocsf"),
    path("proved/", views.proved, name="log_export_proved"),
    path("proved/<row_id:log>/", views.proved_log, name="log_export_proved_log"),
    path("report/", views.report, name="log_report"),
]
