"""Encrypts what is stored for its purpose, see `ktportal.encryption`."""

from typing import Any

from django.db import migrations

from accounts.sealed_factors import seal
from ktportal.encryption import give_purpose


def give_purposes(apps: Any, _schema_editor: Any) -> None:
    """Secrets of authenticator apps and seeds of recovery codes; and each factor gets its person's seal."""
    for row in apps.get_model("mfa", "Authenticator").objects.iterator():
        for name in {"secret", "seed"}.intersection(row.data):
            row.data[name] = give_purpose(row.data[name], "second factor")
        row.data = seal(row.user_id, row.type, row.data)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_sessions_and_second_factor"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(give_purposes, migrations.RunPython.noop),
    ]
