"""Pages of one's own key: passphrase changed or lost, printed code renewed and checked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from havre.accounts import limits
from havre.accounts.asking import member_of, vault_of
from havre.accounts.forms import ChangePassphraseForm, CheckCodeForm, NewCodeForm, RecoverForm
from havre.accounts.models import User
from havre.accounts.permissions import for_everyone
from havre.accounts.services import end_browsers
from havre.core.errors import RuleBroken
from havre.core.forms import HavreForm
from havre.vault import keys, sessions

SECRETS = ("present", "new", "again", "passphrase", "printed_code")


def refuse(form: HavreForm, refusal: RuleBroken) -> None:
    """Write a refusal on its field of the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def within_rate(request: HttpRequest, action: str, key: str) -> None:
    """A try is counted before it is made: by address, and by the name it is made for. Raises `TooManyTries`."""
    limits.consume(request, action, key)


@for_everyone
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "POST"])
def passphrase(request: HttpRequest) -> HttpResponse:
    """Change one's passphrase. Every other browser is closed; this one goes on."""
    user = member_of(request)
    form = ChangePassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        within_rate(request, "passphrase", str(user.pk))
        try:
            private = keys.change_passphrase(form.cleaned_data["present"], form.cleaned_data["new"], by=user)
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            end_browsers(user, but=request.session.session_key or "")
            request.vault_cookie = sessions.start(user, private)  # type: ignore[attr-defined]
            messages.success(request, _("Passphrase changed. Your other browsers were closed."))
            return redirect("accounts:settings")
    return render(request, "accounts/passphrase.html", {"form": form}, status=422 if form.errors else 200)


@for_everyone
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """A new printed code: shown once, on a page to print."""
    user = member_of(request)
    form = NewCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        within_rate(request, "passphrase", str(user.pk))
        try:
            fresh = keys.new_code(form.cleaned_data["passphrase"], by=user)
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            return render(request, "accounts/code_shown.html", {"code": fresh, "owner": user})
    return render(request, "accounts/code.html", {"form": form}, status=422 if form.errors else 200)


@for_everyone
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "POST"])
def code_check(request: HttpRequest) -> HttpResponse:
    """The printed code typed back from the paper: proof that the paper opens."""
    form = CheckCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        within_rate(request, "code", str(member_of(request).pk))
        try:
            keys.check_code(form.cleaned_data["printed_code"], by=vault_of(request))
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The code opens your key. Put the paper where only you can take it."))
            return redirect("accounts:settings")
    return render(request, "accounts/code_check.html", {"form": form}, status=422 if form.errors else 200)


@for_everyone
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """Passphrase lost: user name, printed code, new passphrase. The answer never tells whether a name exists."""
    form = RecoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"].strip().lower()
        within_rate(request, "recover", name)
        user = User.objects.filter(username=name, is_active=True).first()
        try:
            fresh = keys.recover(user, form.cleaned_data["printed_code"], form.cleaned_data["new"])
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            if user is not None and fresh is not None:
                end_browsers(user)
                return render(request, "accounts/recovered.html", {"code": fresh, "owner": user})
            form.add_error(None, _("This user name and this printed code do not go together."))
    return render(request, "accounts/recover.html", {"form": form}, status=422 if form.errors else 200)
