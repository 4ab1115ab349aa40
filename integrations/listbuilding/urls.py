from django.urls import path

from integrations.listbuilding import sign_up_views, views

urlpatterns = [
    path("", views.keys_page, name="tools_keys"),
    path("new/", views.new_key, name="tools_key_new"),
    path("<row_id:key_id>/rename/", views.rename_key, name="tools_key_rename"),
    path("<row_id:key_id>/remove/", views.remove_key, name="tools_key_remove"),
    path("<row_id:key_id>/sign-up/", sign_up_views.sign_up, name="tools_sign_up"),
    path("<row_id:key_id>/sign-up/field/", sign_up_views.add_field, name="tools_sign_up_field"),
    path("<row_id:key_id>/sign-up/fields/", sign_up_views.field_choices, name="tools_sign_up_fields"),
    path("<row_id:key_id>/sign-up/check/<uuid:action>/", sign_up_views.check, name="tools_sign_up_check"),
    path("<row_id:key_id>/remove-tag/", views.remove_tag, name="tools_remove_tag"),
    path("<row_id:key_id>/unsubscribe/", views.unsubscribe, name="tools_unsubscribe"),
    path("<row_id:key_id>/unsubscribe/change/", views.change_address, name="tools_unsubscribe_change"),
]
