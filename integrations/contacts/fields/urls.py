from django.urls import path

from integrations.contacts.fields import views

urlpatterns = [
    path("fields/", views.fields, name="contact_fields"),
    path("fields/guess/", views.guess_types, name="contact_fields_guess"),
    path("fields/guesses/", views.take_all_guesses, name="contact_fields_take_guesses"),
    path("fields/<slug:field_id>/", views.set_field_type, name="contact_field_type"),
]
