from django.urls import path

from integrations.tags import tagging_views, views

urlpatterns = [
    path("", views.tags, name="tags"),
    path("new/", views.new_tag, name="tag_new"),
    path("picker/options/", views.picker_options, name="tag_picker_options"),
    path("picker/list/", views.picker_list, name="tag_picker_list"),
    path("<klicktipp_id:tag_id>/", views.tag, name="tag"),
    path("<klicktipp_id:tag_id>/delete/", views.delete_tag, name="tag_delete"),
    path("<klicktipp_id:tag_id>/count/", views.count, name="tag_count"),
    path("tagging/", tagging_views.tagging, name="tagging"),
    path("tagging/again/", tagging_views.try_again, name="tagging_again"),
    path("tagging/leave-out/", tagging_views.leave_out, name="tagging_leave_out"),
    path("tagging/count/", tagging_views.count_addresses, name="tagging_count"),
    path("tagging/find-tags/", tagging_views.find_tags, name="tagging_find_tags"),
    path("tagging/<uuid:tagged>/", tagging_views.result, name="tagging_result"),
]
