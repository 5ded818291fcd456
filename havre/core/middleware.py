"""One place answers refusals, so that no view needs a `try`."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from havre.core.errors import Refusal


class RefusalMiddleware:
    """A `Refusal` becomes a page (or a fragment) that says what to do, with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other exception alone. What one may not do does not exist: 404."""
        if isinstance(exception, PermissionDenied):
            return render(request, "404.html", status=404)
        if not isinstance(exception, Refusal):
            return None
        return render(request, f"{exception.status}.html", {"message": exception.message}, status=exception.status)
