"""English is British or American English: who chose English when there was one of it reads it as before."""

from typing import Any

from django.db import migrations


def name_the_english(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("accounts", "User").objects.filter(language="en").update(language="en-gb")


class Migration(migrations.Migration):

    dependencies = [("accounts", "0004_secrets_have_a_purpose")]

    operations = [migrations.RunPython(name_the_english, migrations.RunPython.noop)]
