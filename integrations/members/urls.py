from django.urls import path

from integrations.members import views
from integrations.members.access_review import views as access_review_views

urlpatterns = [
    path("t/<slug:team>/members/", views.members, name="members"),
    path("t/<slug:team>/members/invite/", views.invite, name="member_invite"),
    path("t/<slug:team>/members/leave/", views.leave, name="member_leave"),
    path("t/<slug:team>/members/<row_id:member>/", views.member, name="member"),
    path("t/<slug:team>/members/<row_id:member>/sessions/", views.end_sessions, name="member_sessions"),
    path("t/<slug:team>/members/<row_id:member>/remove/", views.remove, name="member_remove"),
    path("t/<slug:team>/invitations/<row_id:invitation>/send/", views.send_again, name="invitation_send"),
    path("t/<slug:team>/invitations/<row_id:invitation>/withdraw/", views.withdraw, name="invitation_withdraw"),
    path("t/<slug:team>/access/", access_review_views.access_review, name="access_review"),
    path("t/<slug:team>/access/table/", access_review_views.access_review_table, name="access_review_table"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
