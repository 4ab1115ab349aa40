from django.urls import path

from integrations.contacts.showing import views

urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("<int:contact_id>/", views.contact, name="contact"),
    path("<int:contact_id>/names/<slug:kind>/", views.names, name="contact_names"),
]
