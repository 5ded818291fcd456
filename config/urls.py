"""Every address of Havre."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.usersessions import views as usersessions
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import set_language

from havre.accounts.entrance import found
from havre.accounts.factors import keeping_the_last
from havre.accounts.recent import recently


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answers when the server does."""
    return HttpResponse("ok", content_type="text/plain")


# The few pages of allauth that Havre uses. No signing up, no e-mail, no reset: those addresses do not exist.
sign_in = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/app/", recently(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "second-factor/app/remove/",
        recently(keeping_the_last("totp")(totp.deactivate_totp)),
        name="mfa_deactivate_totp",
    ),
    # allauth goes back to its list of keys; ours is the page of the second factor.
    path("second-factor/keys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("second-factor/keys/add/", recently(keys.add_webauthn), name="mfa_add_webauthn"),
    path("second-factor/keys/<int:pk>/", recently(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "second-factor/keys/<int:pk>/remove/",
        recently(keeping_the_last("webauthn")(keys.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
    path("second-factor/codes/", recently(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", recently(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("sessions/", recently(usersessions.list_usersessions), name="usersessions_list"),
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
