from django.urls import path

from integrations.contacts import fieldviews, lookupviews, views

urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("<int:contact_id>/", views.contact, name="contact"),
    path("<int:contact_id>/names/<slug:kind>/", views.names, name="contact_names"),
    path("add/", views.add, name="contact_add"),
    path("add/choices/<slug:kind>/", views.choices, name="contact_add_choices"),
    path("add/lookup/", lookupviews.look, name="contact_add_lookup"),
    path("added/<uuid:action>/", views.added, name="contact_added"),
    path("added/<uuid:action>/check/", lookupviews.check_added, name="contact_added_check"),
    path("fields/", fieldviews.fields, name="contact_fields"),
    path("fields/guess/", fieldviews.guess_types, name="contact_fields_guess"),
    path("fields/<slug:field_id>/", fieldviews.set_field_type, name="contact_field_type"),
]
