from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """From files to figures that stand."""

    name = "havre.statistics"
    label = "statistics"
