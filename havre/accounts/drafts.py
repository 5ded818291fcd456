"""Forms being typed: kept sealed to whoever types them, given back when the page is opened again."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from havre.core.http import inside
from havre.vault.models import Draft
from havre.vault.services import drop_draft, save_draft

# Never part of a draft: the token, the page it belongs to, what identifies one sending.
# Secrets are typed again.
NOT_TYPED = (
    "csrfmiddlewaretoken", "_page", "submission", "present", "new", "again", "passphrase", "printed_code",
    "credential", "code",
)  # fmt: skip


def page_of(request: HttpRequest) -> str:
    """The address of the form's page: said by the form itself if it is one of ours, else the one being asked."""
    return inside(request.POST.get("_page", ""), request.path)[:200]


def keep(request: HttpRequest) -> None:
    """Keep what is typed in a form, without sending it."""
    body = request.POST.copy()
    for name in NOT_TYPED:
        body.pop(name, None)
    save_draft(request.user, page_of(request), body.urlencode())


def restore(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page and not sent, or None."""
    draft = Draft.objects.filter(user=request.user, path=request.path).first()  # type: ignore[misc]
    return QueryDict(request.vault.open_draft(draft)) if draft else None  # type: ignore[attr-defined]


def forget(request: HttpRequest) -> None:
    """The form was sent, or given up."""
    drop_draft(request.user, page_of(request))
