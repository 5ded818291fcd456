"""The samples of the gallery, for its template only."""

from __future__ import annotations

from typing import Any

from django import template

from havre.core.gallery import samples

register = template.Library()


@register.simple_tag
def gallery_samples() -> dict[str, Any]:
    """One of each component, with invented contents."""
    return samples()
