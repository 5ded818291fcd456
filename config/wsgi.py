"""What granian serves."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def _warm_up() -> None:
    """Import what counts and draws, which the first reader of the figures would otherwise wait for."""
    import havre.core.templatetags.havre
    import havre.statistics.charts
    import havre.statistics.engine

    havre.core.templatetags.havre.icon("home")


threading.Thread(target=_warm_up, daemon=True).start()
