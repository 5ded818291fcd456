"""Sent once: a form carries a key, and a key is used once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Submission(models.Model):
    """A form that was accepted, and where it led: sending it again leads to the same place and writes nothing."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    led_to = models.CharField(max_length=200, blank=True)

    class Privacy:
        plain = {"key", "user", "made_at", "led_to"}

    def __str__(self) -> str:
        return str(self.key)
