"""SQLite deletes the row that `INSERT OR REPLACE` replaces without firing delete triggers: refuse that way too."""

from django.db import migrations

TRIGGER = """CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE number = NEW.number OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""


def protect(apps, schema_editor):
    """Add the trigger; PostgreSQL has no REPLACE, and its `ON CONFLICT DO UPDATE` fires the update trigger."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(TRIGGER)


def unprotect(apps, schema_editor):
    """Remove it."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_event_no_replace")


class Migration(migrations.Migration):
    """Append-only, replacing included."""

    dependencies = [("audit", "0002_append_only")]
    operations = [migrations.RunPython(protect, unprotect)]
