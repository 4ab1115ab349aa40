from django.urls import path

from integrations.contacts.adding import lookup_views, outcome_views, views

urlpatterns = [
    path("add/", views.add, name="contact_add"),
    path("add/prefill/", views.prefill, name="contact_add_prefill"),
    path("add/tags/", views.find_tags, name="contact_add_find_tags"),
    path("add/field/", views.add_field, name="contact_add_field"),
    path("add/check/<uuid:action>/", views.check, name="contact_add_check"),
    path("add/choices/<slug:kind>/", views.choices, name="contact_add_choices"),
    path("add/lookup/", lookup_views.look, name="contact_add_lookup"),
    path("added/<uuid:action>/", outcome_views.added, name="contact_added"),
    path("added/<uuid:action>/check/", outcome_views.check_added, name="contact_added_check"),
]
