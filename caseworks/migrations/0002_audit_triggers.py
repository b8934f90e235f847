"""The audit trail can be added to and nothing else."""

from django.db import migrations

from caseworks import audit_triggers


class Migration(migrations.Migration):
    dependencies = [("caseworks", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: audit_triggers.create(editor.connection),
            lambda apps, editor: audit_triggers.drop(editor.connection),
        )
    ]
