"""Django's settings. What a municipality decides stands in `portal.toml`; what is here is the same everywhere."""

from datetime import timedelta

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from provisioning.portal import config, keys
from provisioning.portal.database import described

PLACE = config.folder()
PORTAL = config.load(PLACE)

SECRET_KEY = SimpleLazyObject(lambda: keys.derived("django").hex())
DEBUG = False
ALLOWED_HOSTS = list(PORTAL.hosts)
ROOT_URLCONF = "provisioning.portal.urls"
WSGI_APPLICATION = "provisioning.portal.web.application"
DATABASES = {"default": described(PORTAL.database, PLACE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PARTS = [
    "pages", "staff", "people", "rules", "applying", "deciding", "passes", "programmes", "shops", "figures", "payouts",
    "tasks", "family", "selling", "orders",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    *(f"provisioning.portal.{part}" for part in PARTS),
]
MIDDLEWARE = [
    "provisioning.portal.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "provisioning.portal.staff.ending.Ending",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "provisioning.portal.access.Doorkeeper",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "provisioning.portal.pages.context.page",
            ]
        },
    }
]

# Who signs in (OWASP ASVS 5, V6 and V7)
PASSWORD_HASHERS = ["provisioning.portal.staff.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a browser left open would lock its owner out for good
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "provisioning.portal.staff.views.signing_in.locked"
AXES_CLIENT_IP_CALLABLE = "provisioning.portal.staff.second.tried_from"
AXES_USERNAME_CALLABLE = "provisioning.portal.staff.second.tried_name"
# Its tables keep what was posted, so every field of a page that asks for the password stands here.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken", "next", "new_password1", "new_password2"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
OTP_TOTP_ISSUER = PORTAL.municipality
LOGIN_URL = "staff:sign_in"
LOGIN_REDIRECT_URL = "pages:desk"
LOGOUT_REDIRECT_URL = "staff:sign_in"
SESSION_ENGINE = "provisioning.portal.staff.sessions"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if PORTAL.https else ("session", "csrf")
SESSION_COOKIE_AGE = 9 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "provisioning.portal.pages.views.stale"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PORTAL.https
SECURE_SSL_REDIRECT = PORTAL.https
SECURE_HSTS_SECONDS = 365 * 86_400 if PORTAL.https else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # a municipality's other names are not ours to promise
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PORTAL.https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # by default they stand in a cookie

# What is counted against tries without end, in this process; and what was just read of the contract
_IN_PROCESS = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _IN_PROCESS, "OPTIONS": {"MAX_ENTRIES": 20_000}},
    "contract": {"BACKEND": _IN_PROCESS, "LOCATION": "contract", "OPTIONS": {"MAX_ENTRIES": 2_000}},
}

# What is taken in
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

LANGUAGE_CODE = PORTAL.language
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

# Django's own handlers go, and every line passes through these two.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"pages": {"()": "provisioning.portal.logs.Pages"}},
    "formatters": {"plain": {"()": "provisioning.portal.logs.Plain"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["pages"], "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "axes": {"level": "ERROR"},
    },
}
