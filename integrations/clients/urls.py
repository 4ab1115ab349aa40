from django.urls import path

from integrations.clients import api_users, confirming, granting, views

urlpatterns = [
    path("", views.clients, name="team"),
    path("clients/new/first/", views.first_client, name="client_first"),
    path("clients/new/", views.new_client, name="client_new"),
    path("clients/new/confirm/", confirming.confirm_new_client, name="client_new_confirm"),
    path("clients/new/grant/", granting.grant_new_client, name="client_new_grant"),
    path("clients/new/api-user/", api_users.new_client, name="client_new_api_user"),
    path("clients/<slug:account>/", views.client, name="client"),
    path("clients/<slug:account>/settings/", views.change_client, name="client_settings"),
    path("clients/<slug:account>/remove/", views.remove_client, name="client_remove"),
    path("clients/<slug:account>/key/", views.replace_key, name="client_key"),
    path("clients/<slug:account>/key/confirm/", confirming.confirm_key, name="client_key_confirm"),
    path("clients/<slug:account>/key/grant/", granting.grant_key, name="client_key_grant"),
    path("clients/<slug:account>/key/api-user/", api_users.replace_key, name="client_api_user"),
    path("clients/<slug:account>/key/test/", views.test_connection, name="client_test"),
    path("clients/<slug:account>/key/remove/", views.remove_key, name="client_key_remove"),
    path("clients/<slug:account>/own-key/", views.replace_own_key, name="client_own_key"),
    path("clients/<slug:account>/own-key/confirm/", confirming.confirm_own_key, name="client_own_key_confirm"),
    path("clients/<slug:account>/own-key/grant/", granting.grant_own_key, name="client_own_key_grant"),
    path("clients/<slug:account>/own-key/api-user/", api_users.replace_own_key, name="client_own_api_user"),
    path("clients/<slug:account>/own-key/test/", views.test_own_key, name="client_own_key_test"),
    path("clients/<slug:account>/own-key/remove/", views.remove_own_key, name="client_own_key_remove"),
]
