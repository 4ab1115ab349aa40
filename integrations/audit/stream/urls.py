from django.urls import path

from integrations.audit.stream import views

urlpatterns = [
    path("", views.stream, name="log_stream"),
    path("change/", views.change, name="log_stream_change"),
    path("test/", views.test, name="log_stream_test"),
    path("pause/", views.pause, name="log_stream_pause"),
    path("remove/", views.remove, name="log_stream_remove"),
]
