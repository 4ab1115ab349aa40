from django.urls import path

from integrations.clients import palette_views, removed_views, views
from integrations.clients.keys import api_user_views, confirm_views, grant_views
from integrations.clients.keys import views as key_views

urlpatterns = [
    path("", views.clients, name="team"),
    path("go/", palette_views.of_team, name="team_palette"),
    path("removed-clients/", removed_views.removed_clients, name="removed_clients"),
    path(
        "removed-clients/<row_id:removed_id>/<slug:kept_kind>.csv",
        removed_views.removed_client_table,
        name="removed_client_table",
    ),
    path("clients/check/", key_views.check_connections, name="clients_check"),
    path("clients/new/first/", key_views.first_client, name="client_first"),
    path("clients/new/", key_views.new_client, name="client_new"),
    path("clients/new/confirm/", confirm_views.confirm_new_client, name="client_new_confirm"),
    path("clients/new/grant/", grant_views.grant_new_client, name="client_new_grant"),
    path("clients/new/api-user/", api_user_views.new_client, name="client_new_api_user"),
    path("clients/<slug:account>/", views.client, name="client"),
    path("clients/<slug:account>/go/", palette_views.of_client, name="client_palette"),
    path("clients/<slug:account>/settings/", views.change_client, name="client_settings"),
    path("clients/<slug:account>/remove/", views.remove_client, name="client_remove"),
    path("clients/<slug:account>/keys/", key_views.keys, name="client_keys"),
    path("clients/<slug:account>/key/", key_views.replace_key, name="client_key"),
    path("clients/<slug:account>/key/confirm/", confirm_views.confirm_key, name="client_key_confirm"),
    path("clients/<slug:account>/key/grant/", grant_views.grant_key, name="client_key_grant"),
    path("clients/<slug:account>/key/api-user/", api_user_views.replace_key, name="client_api_user"),
    path("clients/<slug:account>/key/test/", key_views.test_connection, name="client_test"),
    path("clients/<slug:account>/key/remove/", key_views.remove_key, name="client_key_remove"),
    path("clients/<slug:account>/own-key/", key_views.replace_own_key, name="client_own_key"),
    path("clients/<slug:account>/own-key/confirm/", confirm_views.confirm_own_key, name="client_own_key_confirm"),
    path("clients/<slug:account>/own-key/grant/", grant_views.grant_own_key, name="client_own_key_grant"),
    path("clients/<slug:account>/own-key/api-user/", api_user_views.replace_own_key, name="client_own_api_user"),
    path("clients/<slug:account>/own-key/test/", key_views.test_own_key, name="client_own_key_test"),
    path("clients/<slug:account>/own-key/remove/", key_views.remove_own_key, name="client_own_key_remove"),
]
