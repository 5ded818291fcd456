"""The habits of the house, asserted on the models, the roles, the workflows and the addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CharField, Field, ManyToManyField, Model, TextField
from django.urls import URLPattern, URLResolver, get_resolver

from havre.accounts.middleware import PUBLIC
from havre.accounts.permissions import ROLES, Permission, Role
from havre.core.workflow import REGISTRY
from havre.vault.fields import SealedField

HAVRE = Path(__file__).resolve().parent.parent.parent / "havre"
MODELS = [m for m in apps.get_models() if m.__module__.startswith("havre.")]
# Plain columns of text that hold neither a code nor a choice, each for its reason.
PLAIN_TEXT = {
    "core.Submission.led_to": "an address, with codes only",
    "accounts.FoundingCode.keyed_hash": "of a code, with the server's key",
    "accounts.Tries.name": "of the settings",
    "audit.Head.hash": "of the chain",
    "audit.Event.kind": "a verb of the code",
    "audit.Event.previous": "of the chain",
    "audit.Event.hash": "of the chain",
    "accounts.Organisation.name": "public",
    "accounts.Organisation.slug": "public",
    "accounts.User.password": "Django's column, unused: the vault verifies passphrases",
    "intake.Assessment.grid_version": "a file of codelists/grids",
    "intake.GridAnswer.question": "a code of the grid",
    "intake.GridAnswer.options": "codes of the grid",
    "casefiles.Note.compartment": "a compartment",
    "casefiles.Document.compartment": "a compartment",
    "casefiles.Document.element": "a code of the grid",
    "casefiles.Task.cause": "what produced it, in codes",
}
SETS = ("sealed", "identifying", "plain")


def label(model: type[Model]) -> str:
    """`app.Model`, without lower-casing."""
    return f"{model._meta.app_label}.{model.__name__}"


def declared(model: type[Model]) -> dict[str, set[str]]:
    """The three sets of a model's `Privacy`; those of its bases count too."""
    privacy = [vars(c)["Privacy"] for c in model.__mro__ if "Privacy" in vars(c)]
    return {name: {field for p in privacy for field in getattr(p, name, set())} for name in SETS}


def columns(model: type[Model]) -> dict[str, Field]:  # type: ignore[type-arg]
    """Every field but the revision counters that come with sealed ones."""
    sealed = {f.name for f in model._meta.fields if isinstance(f, SealedField)}
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return {f.name: f for f in fields if f.name.removesuffix("_rev") not in sealed or f.name in sealed}


@pytest.mark.promise("T3")
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_every_field_is_sealed_identifying_or_plain(model: type[Model]) -> None:
    sets = declared(model)
    names = [name for group in sets.values() for name in group]
    counters = {f"{f.name}_rev" for f in model._meta.fields if isinstance(f, SealedField)}
    assert len(names) == len(set(names)), "a field is in two sets"
    assert set(names) - counters == set(columns(model))


@pytest.mark.promise("T3")
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_what_is_said_sealed_is_ciphertext(model: type[Model]) -> None:
    fields = {name for name, field in columns(model).items() if isinstance(field, SealedField)}
    said = declared(model)["sealed"]
    assert fields <= said
    assert all(columns(model)[name].get_internal_type() == "BinaryField" for name in said)


@pytest.mark.promise("T3")
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_no_plain_column_takes_free_text(model: type[Model]) -> None:
    for name in declared(model)["plain"] & set(columns(model)):
        field = columns(model)[name]
        assert not isinstance(field, TextField), f"{name} is free text: seal it"
        if isinstance(field, CharField) and not isinstance(field, ManyToManyField):
            coded = bool(field.choices) or type(field).__name__ == "CodeField"
            assert coded or f"{label(model)}.{name}" in PLAIN_TEXT, (
                f"{name} takes any text: seal it, or say it identifies"
            )


@pytest.mark.promise("T3")
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_a_model_that_names_people_says_only_a_code(model: type[Model]) -> None:
    """`str()` of a record goes to logs and errors: it must not read a sealed column."""
    code = "".join(vars(model)["__str__"].__code__.co_names) if "__str__" in vars(model) else ""
    assert not any(name in code for name in declared(model)["sealed"])


@pytest.mark.parametrize("permission", Permission.values)
def test_every_permission_belongs_to_a_role_and_is_used(permission: str) -> None:
    assert any(permission in rights.permissions for rights in ROLES.values())
    name = Permission(permission).name
    # `Permission.X`, or the short `P.X`, anywhere but in the table itself.
    users = [
        p
        for p in HAVRE.rglob("*.py")
        if p.name != "permissions.py" and re.search(rf"\bP(?:ermission)?\.{name}\b", p.read_text())
    ]
    assert users, f"nothing asks for {name}"


def test_every_role_has_its_rights() -> None:
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_state_of_a_workflow_can_be_reached(name: str) -> None:
    workflow = REGISTRY[name]
    states = list(workflow.states.values)  # type: ignore[attr-defined]
    assert workflow.reachable(states[0]) == set(states)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_step_asks_for_a_permission_someone_holds(name: str) -> None:
    assert {step.needs for step in REGISTRY[name].steps.values()} <= set(Permission.values)


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> list[tuple[str, URLPattern]]:
    """Every pattern with its full name."""
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found += addresses(pattern.url_patterns, inner)
        else:
            found.append((f"{space}{pattern.name}", pattern))
    return found


ADDRESSES = addresses(get_resolver().url_patterns)
OURS = [(name, pattern) for name, pattern in ADDRESSES if pattern.callback.__module__.startswith("havre.")]


def test_there_are_addresses() -> None:
    assert len(OURS) > 5


@pytest.mark.parametrize(("name", "pattern"), OURS, ids=[name for name, _ in OURS])
def test_every_page_says_who_may_open_it(name: str, pattern: URLPattern) -> None:
    assert hasattr(pattern.callback, "needs"), "decorate the view with @needs(Permission.X) or @for_everyone"


def test_every_address_has_its_own_name() -> None:
    names = [name for name, _ in ADDRESSES]
    assert "None" not in {name.rpartition(":")[2] for name in names}
    assert len(names) == len(set(names))


def test_the_public_list_holds_nothing_but_the_entrance() -> None:
    """One more name here is one more page without sign-in: change this line knowingly."""
    assert set(PUBLIC) == {
        "account_login",
        "mfa_authenticate",
        "set_language",
        "health",
        "accounts:recover",
        "found",  # 404 but for the hour of a code drawn on the server's terminal
    }
