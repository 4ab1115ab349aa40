from django.urls import path

from integrations.tools import listbuilding_views, sign_up_views, views

urlpatterns = [
    path("", views.tools, name="tools"),
    path("optin-processes/", views.processes, name="tools_processes"),
    path("optin-processes/<int:process_id>/", views.process, name="tools_process"),
    path("page-after-sign-up/", views.redirect_page, name="tools_redirect"),
    path("data-field/", views.field, name="tools_field"),
    path("listbuilding/", listbuilding_views.keys_page, name="tools_keys"),
    path("listbuilding/new/", listbuilding_views.new_key, name="tools_key_new"),
    path("listbuilding/<int:key_id>/rename/", listbuilding_views.rename_key, name="tools_key_rename"),
    path("listbuilding/<int:key_id>/remove/", listbuilding_views.remove_key, name="tools_key_remove"),
    path("listbuilding/<int:key_id>/sign-up/", sign_up_views.sign_up, name="tools_sign_up"),
    path("listbuilding/<int:key_id>/remove-tag/", listbuilding_views.remove_tag, name="tools_remove_tag"),
    path("listbuilding/<int:key_id>/unsubscribe/", listbuilding_views.unsubscribe, name="tools_unsubscribe"),
]
