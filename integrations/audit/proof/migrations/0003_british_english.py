"""English is British or American English: who got their mails in English gets them as before."""

from typing import Any

from django.db import migrations, models


def name_the_english(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("log_proof", "Recipient").objects.filter(language="en").update(language="en-gb")


class Migration(migrations.Migration):

    dependencies = [("log_proof", "0002_time_stamps")]

    operations = [
        migrations.AlterField("recipient", "language", models.CharField(default="en-gb", max_length=10)),
        migrations.RunPython(name_the_english, migrations.RunPython.noop),
    ]
