"""Encrypts what is stored for its purpose, see `ktportal.encryption`."""

from typing import Any

from django.db import migrations

from ktportal.encryption import give_purpose


def give_purposes(apps: Any, _schema_editor: Any) -> None:
    for row in apps.get_model("clients", "Credential").objects.iterator():
        row.encrypted_secret = give_purpose(row.encrypted_secret, f"credential of client account {row.account_id}")
        row.encrypted_session = give_purpose(row.encrypted_session, f"session of client account {row.account_id}")
        row.save(update_fields=["encrypted_secret", "encrypted_session"])


class Migration(migrations.Migration):

    dependencies = [
        ("clients", "0006_smarttags"),
    ]

    operations = [
        migrations.RunPython(give_purposes, migrations.RunPython.noop),
    ]
