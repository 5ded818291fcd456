from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0005_archive")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("restricted_at__isnull", False)), fields=["organisation"], name="case_restricted"
            ),
        )
    ]
