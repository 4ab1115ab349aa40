"""Encrypts tokens for the host and port that they are sent to, see `Destination.purpose`."""

from typing import Any

from django.db import migrations

from ktportal.encryption import Undecryptable, decrypt, encrypt


def bind_to_host(apps: Any, _schema_editor: Any) -> None:
    for row in apps.get_model("log_stream", "Destination").objects.exclude(encrypted_secret="").iterator():
        before = f"token of the log stream of team {row.team_id}"
        try:
            token = decrypt(row.encrypted_secret, before)
        except Undecryptable:
            continue  # its page says that it has to be entered again
        row.encrypted_secret = encrypt(token, f"{before} to {row.host}:{row.port}")
        row.save(update_fields=["encrypted_secret"])


class Migration(migrations.Migration):

    dependencies = [
        ("log_stream", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(bind_to_host, migrations.RunPython.noop),
    ]
