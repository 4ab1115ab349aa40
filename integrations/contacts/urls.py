from django.urls import path

from integrations.contacts import browseviews, fieldviews, views

urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("<int:contact_id>/", views.contact, name="contact"),
    path("<int:contact_id>/names/<slug:kind>/", views.names, name="contact_names"),
    path("add/", views.add, name="contact_add"),
    path("add/choices/<slug:kind>/", views.choices, name="contact_add_choices"),
    path("added/<uuid:action>/", views.added, name="contact_added"),
    path("browse/", browseviews.browse, name="contact_browse"),
    path("browse/rows/", browseviews.rows, name="contact_browse_rows"),
    path("fields/", fieldviews.fields, name="contact_fields"),
    path("fields/guess/", fieldviews.guess_types, name="contact_fields_guess"),
    path("fields/<slug:field_id>/", fieldviews.set_field_type, name="contact_field_type"),
]
