"""Forms of the figures pages. Coded fields only: nobody searches figures by a name."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from havre.statistics import catalogue


class ThemeFilter(forms.Form):
    """Which chapter of the catalogue."""

    theme = forms.ChoiceField(label=_("Theme"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", _("All themes")), *((theme, catalogue.theme_title(theme)) for theme in catalogue.THEMES)]
        self.fields["theme"].choices = choices  # type: ignore[attr-defined]
