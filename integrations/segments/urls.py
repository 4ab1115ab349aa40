from django.urls import path

from integrations.segments import building_views, copying_views, views

urlpatterns = [
    path("", views.segments, name="segments"),
    path("new/", building_views.new_segment, name="segment_new"),
    path("tag-names/", building_views.tag_names, name="segment_tag_names"),
    path("<row_id:segment_id>/", views.segment, name="segment"),
    path("<row_id:segment_id>/count/", views.count, name="segment_count"),
    path("<row_id:segment_id>/edit/", building_views.edit_segment, name="segment_edit"),
    path("<row_id:segment_id>/copy/", copying_views.copy_segment, name="segment_copy"),
    path("<row_id:segment_id>/remove/", views.remove_segment, name="segment_remove"),
]
