"""Encrypts what is stored for its purpose, see `ktportal.encryption`."""

from typing import Any

from django.db import migrations

from ktportal.encryption import give_purpose


def give_purposes(apps: Any, _schema_editor: Any) -> None:
    for row in apps.get_model("tools", "ListbuildingKey").objects.iterator():
        purpose = f"listbuilding key of client account {row.account_id}"
        row.encrypted_secret = give_purpose(row.encrypted_secret, purpose)
        row.save(update_fields=["encrypted_secret"])


class Migration(migrations.Migration):

    dependencies = [
        ("tools", "0001_listbuilding_keys"),
    ]

    operations = [
        migrations.RunPython(give_purposes, migrations.RunPython.noop),
    ]
