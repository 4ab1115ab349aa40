from django.urls import path

from integrations.audit.proof import views

urlpatterns = [
    path("", views.proof, name="log_proof"),
    path("check/", views.check_proof, name="log_proof_check"),
    path("mail/", views.recipients, name="log_proof_recipients"),
    path("mail/<row_id:recipient>/remove/", views.remove_recipient, name="log_proof_recipient_remove"),
    path("entries/<row_id:number>.tlog-proof", views.entry_proof, name="log_proof_entry"),
    path("entries/<row_id:number>.json", views.entry_leaf, name="log_proof_leaf"),
    path("<row_id:log>/", views.one_log, name="log_proof_log"),
    path("<row_id:log>/checkpoint", views.checkpoint, name="log_proof_checkpoint"),
    path("<row_id:log>/stamp.tsr", views.stamp, name="log_proof_stamp"),
    path("<row_id:log>/stamped", views.stamped, name="log_proof_stamped"),
    path("<row_id:log>/tile/<path:tile>", views.tile, name="log_proof_tile"),
    path("<row_id:log>/growth/<row_id:older>", views.growth, name="log_proof_growth"),
    path("<row_id:log>/folder.zip", views.folder, name="log_proof_folder"),
]
