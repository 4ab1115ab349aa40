from django.urls import path

from integrations.suppression import views

urlpatterns = [
    path("", views.suppressions, name="suppressions"),
    path("new/", views.suppress, name="suppress"),
    path("<row_id:suppression_id>/remove/", views.release, name="suppression_remove"),
]
