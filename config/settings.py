"""All settings, in one file, read from the environment (`environment.py` says how)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.mode()
PRODUCTION, DEMO, TEST = MODE == "production", MODE == "demo", MODE == "test"
DATA = Path(env.text("HAVRE_DATA", str(BASE_DIR / "var" / MODE)))
DATA.mkdir(parents=True, exist_ok=True, mode=0o700)

DEBUG = False
SECRET_KEY = env.secret("HAVRE_SECRET_KEY", DATA / "secrets" / "secret_key", make=not PRODUCTION)
ALLOWED_HOSTS = env.words("HAVRE_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.words("HAVRE_ORIGINS")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- what protects the secrets (docs/explanation/threat-model.md) ------------------------------------------------
HAVRE_PEPPER = bytes.fromhex(env.secret("HAVRE_PEPPER", DATA / "secrets" / "pepper", make=not PRODUCTION))
HAVRE_OFFICER_KEYS_FILE = Path(env.text("HAVRE_OFFICER_KEYS_FILE", str(DATA / "secrets" / "officer_keys")))
# Argon2id: passes and bytes. Tests derive hundreds of keys and say so here; production refuses anything else.
HAVRE_KDF = (1, 8 * 2**10) if TEST else (4, 128 * 2**20)
# Argon2id at the same time, in each process: the others wait their turn.
HAVRE_KDF_AT_ONCE = env.count("HAVRE_KDF_AT_ONCE", 2)
HAVRE_SECOND_FACTOR = env.flag("HAVRE_SECOND_FACTOR", PRODUCTION)
# Which second factor a role must have, where it differs from havre/accounts/factors.py: `coordinator:any,lawyer:key`.
HAVRE_FACTORS = env.pairs("HAVRE_FACTORS")
HAVRE_HTTPS = env.flag("HAVRE_HTTPS", PRODUCTION)
HAVRE_IDLE_SECONDS = int(env.text("HAVRE_IDLE_SECONDS", "900"))
HAVRE_SESSION_SECONDS = 10 * 3600
# The demonstration's calendar stands on one day (docs/adr); empty: the real date.
HAVRE_TODAY = date.fromisoformat(env.text("HAVRE_TODAY")) if env.text("HAVRE_TODAY") else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_filters",
    "havre.core",
    "havre.audit",
    "havre.vault",
    "havre.vault.keystore",
    "havre.accounts",
    "havre.intake",
    "havre.casefiles",
    "havre.statistics",
    "havre.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "havre.accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "havre.accounts.middleware.SignInMiddleware",
    "havre.accounts.middleware.VaultMiddleware",
    "havre.accounts.middleware.SecondFactorMiddleware",
    "havre.core.middleware.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "havre" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "havre.core.templatetags.havre"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "havre.accounts.context.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": env.database("DATABASE_URL", DATA / "havre.sqlite3"),
    # Its own file or server, its own backups (30 days at most): see havre/vault/keystore. A salt lost in a power cut
    # after the row it opens was kept would be a loss: it is flushed to disk when it is committed.
    "keystore": env.database("KEYSTORE_URL", DATA / "keystore.sqlite3", flush=True),
}
DATABASE_ROUTERS = ["havre.vault.keystore.router.KeyStoreRouter"]

# --- sign-in: allauth keeps the flow, our backend keeps the keys -------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["havre.accounts.backend.PassphraseBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "havre.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"login": "havre.accounts.forms.SignInForm"}
# Counted in the database by havre/accounts/limits.py: by address, and by the name or the member the secret is tried for.
HAVRE_LIMITS = {
    "sign_in": "60/m/ip,5/5m/key",
    "factor": "60/m/ip,5/5m/key",
    "recover": "20/m/ip,5/5m/key",
    "passphrase": "5/5m/key",  # typed again: to unlock, before a serious act, to change it
    "code": "5/5m/key",
    "paper": "20/m/ip,5/5m/key",  # paper keys and fingerprints
    "found": "20/m/ip,5/5m/key",
}
# allauth's own counts are off: limits.py says why.
ACCOUNT_RATE_LIMITS = (
    {**HAVRE_LIMITS, "login": None, "login_failed": None, "reauthenticate": None} if not TEST else False
)
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("HAVRE_BEHIND_PROXY", False) else 0
MFA_ADAPTER = "havre.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A key comes after the passphrase, never instead: no key of the vault comes of it.
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TRUST_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
# The pages that change a factor are under `@recently` (config/urls.py), which asks the passphrase.
MFA_REAUTHENTICATION_REQUIRED = False
MFA_FORMS = {
    "authenticate": "havre.accounts.factor_forms.CodeForm",
    "authenticate_webauthn": "havre.accounts.factor_forms.KeyForm",
    "activate_totp": "havre.accounts.factor_forms.SetUpAppForm",
    "add_webauthn": "havre.accounts.factor_forms.AddKeyForm",
    "edit_webauthn": "havre.accounts.factor_forms.RenameKeyForm",
}
MFA_TOTP_ISSUER = "Havre"
MFA_TOTP_TOLERANCE = 1  # one period: people type slowly
USERSESSIONS_TRACK_ACTIVITY = True
USERSESSIONS_ADAPTER = "havre.accounts.adapters.SessionsAdapter"

SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HAVRE_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "__Host-havre_session" if HAVRE_HTTPS else "havre_session"
CSRF_COOKIE_NAME = "__Host-havre_csrf" if HAVRE_HTTPS else "havre_csrf"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = HAVRE_SESSION_SECONDS
SECURE_SSL_REDIRECT = HAVRE_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("HAVRE_BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31_536_000 if HAVRE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HAVRE_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# --- documents: sealed as they stream, never in clear on the disk ------------------------------------------------
FILE_UPLOAD_HANDLERS = ["havre.vault.uploads.SealingUploadHandler"]
HAVRE_DOCUMENT_BYTES = int(env.text("HAVRE_DOCUMENT_MEGABYTES", "250")) * 2**20
# clamd, on this machine only: the path of its socket, or host:port. Neither: documents are shown as not scanned.
HAVRE_CLAMD_SOCKET = env.text("HAVRE_CLAMD_SOCKET")
HAVRE_CLAMD_HOST = env.text("HAVRE_CLAMD_HOST")

# --- languages, time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.text("HAVRE_LANGUAGE", "en" if TEST else "fr")
LANGUAGES = [("fr", "Français"), ("en", "English"), ("ar", "العربية")]
FORMAT_MODULE_PATH = "config.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_SECURE = True, "Strict", HAVRE_HTTPS
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Europe/Paris"
CODELISTS_DIR = BASE_DIR / "codelists"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "havre" / "static"]
# In the demonstration and the tests files are served through the finders: nothing to collect before the first page.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# Nothing that must be shared between processes: limits and codes that are good once are in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # A traceback may carry what a form held: only the kind of the error and its place are written.
    "formatters": {
        "plain": {"()": "havre.core.logs.PlaceOnlyFormatter", "format": "{levelname} {name} {message}", "style": "{"}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "file": {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": DATA / "havre.log",
            "maxBytes": 2_000_000,
            "backupCount": 3,
            "formatter": "plain",
            "delay": True,
        },
    },
    "root": {"handlers": ["file"] if not PRODUCTION else ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}


if PRODUCTION:
    env.refuse_unsafe(globals())
