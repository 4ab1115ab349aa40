from django.urls import path

from integrations.contacts import (
    add_views,
    browse_views,
    change_views,
    field_change_views,
    field_views,
    lookup_views,
    views,
)

urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("<int:contact_id>/", views.contact, name="contact"),
    path("<int:contact_id>/names/<slug:kind>/", views.names, name="contact_names"),
    path("<int:contact_id>/data/", field_change_views.change_fields, name="contact_change_fields"),
    path("<int:contact_id>/email/", change_views.change_email, name="contact_change_email"),
    path("<int:contact_id>/sms/", change_views.change_sms_number, name="contact_change_sms_number"),
    path("<int:contact_id>/tags/add/", change_views.add_tags, name="contact_add_tags"),
    path("<int:contact_id>/tags/remove/", change_views.remove_tag, name="contact_remove_tag"),
    path("<int:contact_id>/unsubscribe/", change_views.unsubscribe, name="contact_unsubscribe"),
    path("<int:contact_id>/delete/", change_views.delete, name="contact_delete"),
    path("add/", add_views.add, name="contact_add"),
    path("add/choices/<slug:kind>/", add_views.choices, name="contact_add_choices"),
    path("add/lookup/", lookup_views.look, name="contact_add_lookup"),
    path("added/<uuid:action>/", add_views.added, name="contact_added"),
    path("browse/", browse_views.browse, name="contact_browse"),
    path("browse/rows/", browse_views.rows, name="contact_browse_rows"),
    path("added/<uuid:action>/check/", lookup_views.check_added, name="contact_added_check"),
    path("fields/", field_views.fields, name="contact_fields"),
    path("fields/guess/", field_views.guess_types, name="contact_fields_guess"),
    path("fields/guesses/", field_views.take_all_guesses, name="contact_fields_take_guesses"),
    path("fields/<slug:field_id>/", field_views.set_field_type, name="contact_field_type"),
]
