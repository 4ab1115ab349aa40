from django.urls import path

from integrations.contacts.changing import field_views, views

urlpatterns = [
    path("<int:contact_id>/data/", field_views.change_fields, name="contact_change_fields"),
    path("<int:contact_id>/data/again/", field_views.edit_fields_again, name="contact_edit_fields_again"),
    path("<int:contact_id>/data/send/", field_views.send_fields, name="contact_send_fields"),
    path("<int:contact_id>/email/", views.change_email, name="contact_change_email"),
    path("<int:contact_id>/sms/", views.change_sms_number, name="contact_change_sms_number"),
    path("<int:contact_id>/tags/add/", views.add_tags, name="contact_add_tags"),
    path("<int:contact_id>/tags/find/", views.find_tags, name="contact_find_tags"),
    path("<int:contact_id>/tags/remove/", views.remove_tag, name="contact_remove_tag"),
    path("<int:contact_id>/unsubscribe/", views.unsubscribe, name="contact_unsubscribe"),
    path("<int:contact_id>/delete/", views.delete, name="contact_delete"),
]
