from django.urls import path

from integrations.jobs import tagging_views, views

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("tag/", tagging_views.tagging, name="job_tagging"),
    path("tag/find-tags/", tagging_views.find_tags, name="job_tagging_find_tags"),
    path("<row_id:job_id>/", views.job, name="job"),
    path("<row_id:job_id>/change/", views.change, name="job_change"),
]
