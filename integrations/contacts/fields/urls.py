from django.urls import path

from integrations.contacts.fields import views

urlpatterns = [
    path("fields/", views.fields, name="contact_fields"),
    path("fields/types/", views.set_field_types, name="contact_field_types"),
    path("fields/guess/", views.guess_types, name="contact_fields_guess"),
    path("fields/guesses/", views.take_all_guesses, name="contact_fields_take_guesses"),
]
