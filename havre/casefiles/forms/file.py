"""Opening and closing, who is in charge, contacts, notes, tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User
from havre.accounts.permissions import ROLES
from havre.accounts.permissions import Permission as P
from havre.casefiles import queries
from havre.casefiles.formfields import code_field, codes_field
from havre.casefiles.forms.person import PersonForm, text
from havre.casefiles.models import File
from havre.casefiles.story import compartment_label
from havre.core import clock, codelists
from havre.core.forms import HavreForm
from havre.intake.asking import AskingForm
from havre.vault.fields import Compartment


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class ColleagueField(forms.ModelChoiceField):
    """A member of one's organisation, by the name colleagues use."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", User.objects.none())
        super().__init__(**kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Name and profession."""
        return f"{obj.display_name} · {obj.get_role_display()}"


class UnitsMixin:
    """One select of the person in charge for each unit."""

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]

    def add_units(self, user: User) -> None:
        """Add `in_charge_<unit>`, filled with the colleagues of that unit: one query for all."""
        people = list(queries.colleagues(user))
        for unit in codelists.get("unit").active():
            roles = queries.UNIT_ROLES[unit]
            field = ColleagueField(
                label=_("%(unit)s: person in charge") % {"unit": codelists.get("unit").label(unit)},
                queryset=queries.colleagues_for(unit, user),
                required=False,
                empty_label=str(_("Nobody yet")),
            )
            field.choices = [
                ("", str(_("Nobody yet"))),
                *((p.pk, field.label_from_instance(p)) for p in people if p.role in roles),
            ]
            self.fields[f"in_charge_{unit}"] = field

    def in_charge(self) -> dict[str, User]:
        """Unit → person in charge, for the units that have one."""
        units = codelists.get("unit").active()
        return {unit: user for unit in units if (user := self.cleaned_data.get(f"in_charge_{unit}")) is not None}


class OpenFileForm(UnitsMixin, PersonForm, AskingForm):
    """From an accepted alert to a file: who, since when, which units, with whose agreement."""

    units = codes_field("unit", _("Units"), required=True)
    opened_on = day_field(_("Accompaniment begins on"))
    consent = forms.BooleanField(
        label=_("The person agrees to be accompanied, and knows that this file is kept and who reads it."),
        error_messages={"required": _("A file is opened with the person's agreement only.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_units(user)
        self.fields["opened_on"].initial = clock.today


class ReopenFileForm(UnitsMixin, HavreForm):
    """Someone accompanied before comes back: the same file, new periods (R12)."""

    units = codes_field("unit", _("Units"), required=True)
    opened_on = day_field(_("Accompaniment begins again on"))
    consent = forms.BooleanField(
        label=_("The person agrees to be accompanied again, and knows that this file is kept and who reads it."),
        error_messages={"required": _("A file is opened with the person's agreement only.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_units(user)
        self.fields["opened_on"].initial = clock.today


class PeriodOpenForm(HavreForm):
    """A unit begins to accompany."""

    unit = code_field("unit", _("Unit"))
    opened_on = day_field(_("Begins on"))
    in_charge = ColleagueField(label=_("Person in charge"), required=False, empty_label=_("Nobody yet"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["in_charge"]
        field.queryset = queries.colleagues(user).filter(role__in=EDITORS)
        self.fields["opened_on"].initial = clock.today


EDITORS = [role for role, rights in ROLES.items() if P.FILE_EDIT in rights.permissions]


class PeriodCloseForm(HavreForm):
    """A unit stops accompanying."""

    closed_on = day_field(_("Until"))
    reason = code_field("close_reason", _("Why it ends"), blank=_("Choose"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed_on"].initial = clock.today


class AssignForm(HavreForm):
    """Who is in charge of a period."""

    in_charge = ColleagueField(label=_("Person in charge"), required=False, empty_label=_("Nobody yet"))

    def __init__(self, *args: Any, unit: str, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["in_charge"].queryset = queries.colleagues_for(unit, user)  # type: ignore[attr-defined]


class ContactForm(HavreForm):
    """A contact with the person or about them."""

    kind = code_field("contact_kind", _("How"), initial="phone")
    with_whom = code_field("contact_with", _("With whom"), initial="person")
    at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    note = text(
        _("What was said"), max_length=4000, rows=4, help_text=_("Sealed: the team that follows the person reads it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = lambda: timezone.localtime(clock.now()).replace(second=0, microsecond=0)


class NoteForm(HavreForm):
    """A note for one profession. Those the writer does not hold are written to, not read."""

    compartment = forms.ChoiceField(label=_("For whom"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Note"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"})
    )

    def __init__(self, *args: Any, held: frozenset[str], sends: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = []
        for kind in Compartment.values:
            words = compartment_label(kind)
            choices.append(
                (
                    kind,
                    words
                    if kind in held
                    else _("%(unit)s (sent to them; you will not read it back)") % {"unit": words},
                )
            )
        mine = [choice for choice in choices if choice[0] in held]
        others = [choice for choice in choices if choice[0] not in held and choice[0] != Compartment.GOVERNANCE]
        self.fields["compartment"].choices = [*mine, *(others if sends else [])]  # type: ignore[attr-defined]


class MessageForm(HavreForm):
    """Words for another unit, about one file."""

    text = forms.CharField(
        label=_("Message"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text=_("Sealed as you send it: only the unit opens it, and you will not read it back."),
    )


class TaskForm(HavreForm):
    """What, who, when."""

    kind = code_field("task_kind", _("What"), initial="call_back")
    what = text(_("More words"), max_length=400, rows=2, help_text=_("Sealed; the kind alone shows in lists."))
    due_on = day_field(_("For"))
    who = ColleagueField(label=_("Who"), empty_label=None)

    def __init__(self, *args: Any, user: User, file: File, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["who"]
        field.queryset = queries.colleagues_at(file, user)
        field.initial = user.pk
        self.fields["due_on"].initial = clock.today


class ReassignForm(HavreForm):
    """To whom the chosen files go, for one unit."""

    unit = code_field("unit", _("Unit"))
    to = ColleagueField(label=_("New person in charge"), empty_label=_("Choose"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = queries.colleagues(user).filter(role__in=EDITORS)  # type: ignore[attr-defined]
