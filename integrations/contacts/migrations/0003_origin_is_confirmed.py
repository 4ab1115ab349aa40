from typing import Any

from django.db import migrations, models


def confirm_what_was_answered(apps: Any, schema_editor: Any) -> None:
    """What is known of older origins: the contact's ID came with an answer, and the log has those of listbuilding."""
    origins = apps.get_model("contacts", "Origin").objects
    answered = apps.get_model("audit", "AuditEntry").objects.filter(operation="signin", outcome="done")
    origins.exclude(contact_id="").update(is_confirmed=True)
    origins.filter(action__in=answered.values("action")).update(is_confirmed=True)


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0002_key_owner_listbuilding"),
        ("contacts", "0002_fieldsetting"),
    ]

    operations = [
        migrations.AddField("origin", "is_confirmed", models.BooleanField(default=False)),
        migrations.AddField("origin", "checked_at", models.DateTimeField(null=True)),
        migrations.AddField("origin", "last_check", models.UUIDField(null=True)),
        migrations.RunPython(confirm_what_was_answered, migrations.RunPython.noop),
    ]
