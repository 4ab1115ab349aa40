from django.urls import path

from integrations.contacts.browsing import views

urlpatterns = [
    path("browse/", views.browse, name="contact_browse"),
    path("browse/rows/", views.rows, name="contact_browse_rows"),
    path("counts/", views.counts, name="contact_counts"),
]
