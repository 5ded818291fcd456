"""Every address of Havre."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as usersessions
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import set_language

from havre.accounts.entrance import found


def health(request: HttpRequest) -> HttpResponse:
    """Answers when the server does."""
    return HttpResponse("ok", content_type="text/plain")


# The few pages of allauth that Havre uses. No signing up, no e-mail, no reset: those addresses do not exist.
sign_in = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("sessions/", usersessions.list_usersessions, name="usersessions_list"),
]

urlpatterns = [
    path("health/", health, name="health"),
    path("language/", set_language, name="set_language"),
    *sign_in,
    path("", include("havre.casefiles.urls")),
    path("alerts/", include("havre.intake.urls")),
    path("figures/", include("havre.statistics.urls")),
    path("audit/", include("havre.audit.urls")),
    path("found/", found, name="found"),
    path("settings/", include("havre.accounts.urls")),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg"), name="favicon"),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("gallery/", TemplateView.as_view(template_name="gallery.html"), name="gallery"))
