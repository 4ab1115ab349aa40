from django.urls import path

from integrations.contacts.adding import lookup_views, views

urlpatterns = [
    path("add/", views.add, name="contact_add"),
    path("add/choices/<slug:kind>/", views.choices, name="contact_add_choices"),
    path("add/lookup/", lookup_views.look, name="contact_add_lookup"),
    path("added/<uuid:action>/", views.added, name="contact_added"),
    path("added/<uuid:action>/check/", lookup_views.check_added, name="contact_added_check"),
]
