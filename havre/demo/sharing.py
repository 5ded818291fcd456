"""Files that are not everybody's: two given to the interpreter, one restricted because of who the exploiter is."""

from __future__ import annotations

from havre.casefiles.models import File, Note
from havre.demo.office import Office
from havre.vault import sharing
from havre.vault.fields import Compartment as C
from havre.vault.models import CaseGrant

GIVEN = 2


def share(office: Office) -> None:
    """The coordinator gives and restricts, as on any morning. The days of grants are real ones, also in the demonstration."""
    files = (
        File.objects.filter(person__organisation=office.organisation, periods__unit="social", periods__closed_on=None)
        .select_related("person")
        .order_by("person__number")
    )
    diplomats = files.filter(person__exploitations__exploiters__exploiter__status="diplomat")
    # Psychology would wait for the sign-in of a psychologist: the demonstration shows a file that is closed at once.
    noted = Note.objects.filter(compartment=C.PSYCHOLOGY).values("file_id")
    restricted = diplomats.exclude(pk__in=noted).distinct().last()
    if restricted is not None:
        cases = [restricted.person.case_id, *([restricted.alert.case_id] if restricted.alert else [])]
        named = {office.users["lawyer_1"]: {C.IDENTITY.value, C.LEGAL.value}}
        sharing.restrict(cases, named, target=restricted.person.code, by=office.vault)
        files = files.exclude(pk=restricted.pk)
    for file in files.distinct().reverse()[:GIVEN]:
        sharing.give(
            file.person.case_id,
            [C.IDENTITY, C.SOCIAL],
            office.users["volunteer"],
            why=CaseGrant.Why.INTERPRETER,
            until=sharing.latest(CaseGrant.Why.INTERPRETER),
            target=file.person.code,
            by=office.vault,
        )
