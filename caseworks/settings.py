"""The one settings file. Safe unless it says otherwise: nothing here turns on debugging or invents a secret.

The demo (`CASEWORKS_DEMO=1`, written by `make run`) differs in four things only: it may be used over plain HTTP
on this machine, its logins are shown on the login page, a second factor is offered and not demanded, and its database is
`var/demo.sqlite3`.
"""

from datetime import timedelta

import dj_database_url
from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from caseworks import environment
from caseworks.environment import ROOT, VAR

DEMO = environment.flag("CASEWORKS_DEMO")
BEHIND_PROXY = environment.flag("BEHIND_PROXY")
DEBUG = False
SECRET_KEY = environment.required("SECRET_KEY", "It signs sessions and forms; use 50 random characters or more.")
ALLOWED_HOSTS = environment.required(
    "ALLOWED_HOSTS", "It lists the host names the registry answers to, separated by commas."
).split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host not in {"localhost", "127.0.0.1"}]

# --- What the registry is made of ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "caseworks",
    "children",
    "guardians",
    "visits",
    "caseworks.reports",
    "caseworks.exchange",
    "caseworks.rights",
    "caseworks.papers",
    "caseworks.tables",
    "caseworks.apps.SharedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "bs_icon_templates",
    "django_htmx",
    "template_partials",
    "import_export",
    "axes",
]
MIDDLEWARE = [
    # these two outside everything, so that no answer leaves without its headers
    "caseworks.middleware.every_answer_is_guarded",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "caseworks.middleware.chosen_language",
    "caseworks.exchange.limits.refuse_huge_uploads",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "caseworks.middleware.sessions_end",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "caseworks.middleware.AccessMiddleware",
    "caseworks.submissions.SavedBefore",
    "caseworks.busy.AgainIfChanged",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "caseworks.urls"
WSGI_APPLICATION = "caseworks.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "caseworks.pages.frame",
            ],
            "builtins": ["template_partials.templatetags.partials", "caseworks.templatetags.words"],
        },
    }
]
FORM_RENDERER = "caseworks.widgets.Renderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Where the records are ------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # a second writer waits this many seconds instead of failing: the merge of a large roster takes some
    "timeout": 20,
    # take the write lock at BEGIN: a read-then-write transaction cannot fail half way (docs/performance.md)
    "transaction_mode": "IMMEDIATE",
    # WAL: readers never wait for a writer. FULL: an acknowledged visit survives a power cut.
    # secure_delete: what is erased is overwritten in the file, and not only marked as free.
    # recursive_triggers: INSERT OR REPLACE must fire the delete triggers that protect the audit trail.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
    ),
}
DATABASE_URL = environment.read("DATABASE_URL", f"sqlite:///{VAR / ('demo' if DEMO else 'caseworks')}.sqlite3")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    # compiling a query takes PostgreSQL longer (0.3 s for a list of left-behind children) than any page's query runs
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# The keys of what is sealed at rest (caseworks/keyring.py): outside the database and outside its backups.
KEY_FILE = environment.read("KEY_FILE", str(VAR / "keys"))
# Where the head of the audit trail's chain is appended once a day (caseworks/trail_heads.py): best on another machine.
AUDIT_HEADS_FILE = environment.read("AUDIT_HEADS_FILE", str(VAR / "audit-heads"))
# Files that wait for their owner, and photographs: sealed, outside everything that is served (caseworks/vault.py).
VAULT = environment.read("VAULT", str(VAR / "vault"))
# A list of more records than this leaves only with a second person's word (未成年人网络保护条例 art. 36).
APPROVAL_ROWS = int(environment.read("APPROVAL_ROWS", "500"))
# How many megabytes of photographs and scans one office may keep.
UPLOAD_QUOTA_MB = int(environment.read("UPLOAD_QUOTA_MB", "2000"))
# The malware scanner: the dotted name of a function, or empty for none (caseworks/uploads.py).
UPLOAD_SCANNER = environment.read("UPLOAD_SCANNER")
# Who answers for the data, by name and telephone, on the public page of rules (儿童个人信息网络保护规定 art. 8).
PRIVACY_OFFICER = environment.read("PRIVACY_OFFICER")
# Where the data are stored, for the same page; say the place and who runs it.
DATA_STORED_AT = environment.read("DATA_STORED_AT")
# Within how many working days a family gets its answer (个人信息保护法 art. 50 asks for a prompt one; GB/T 35273 for 30 days).
REQUEST_WORKING_DAYS = int(environment.read("REQUEST_WORKING_DAYS", "15"))
# Where the audit trail goes after three years: signed files (caseworks/trail_archive.py).
AUDIT_ARCHIVE = environment.read("AUDIT_ARCHIVE", str(VAR / "audit-archive"))
# How many masked values one person may have shown within an hour (caseworks/disclosure/).
REVEALS_PER_HOUR = int(environment.read("REVEALS_PER_HOUR", "60"))
# Of how many children one person may print telephones and addresses within an hour (caseworks/papers/).
FULL_PRINTS_PER_HOUR = int(environment.read("FULL_PRINTS_PER_HOUR", "120"))
# How many files with people in them one person may take out within 24 hours (caseworks/leaving/limit.py).
EXPORTS_PER_DAY = int(environment.read("EXPORTS_PER_DAY", "100"))

# --- Who is there ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "caseworks.User"
LOGIN_URL = "caseworks:login"
LOGIN_REDIRECT_URL = "visits:home"
# Which rules of passwords: "asvs" or "djbh" (caseworks/signin/passwords.py).
PASSWORD_PROFILE = environment.one_of("PASSWORD_PROFILE", "asvs", "djbh")
PASSWORD_HASHERS = [
    "caseworks.signin.passwords.Argon2idHasher",
    # reads passwords of databases made before; the next sign-in replaces their hash
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "caseworks.signin.passwords.NotGuessable"},
    {"NAME": "caseworks.signin.passwords.NotTheSame"},
    {"NAME": "caseworks.signin.passwords.Profile"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Wrong passwords; the caps of an hour are in caseworks/signin/lockout.py.
AXES_HANDLER = "caseworks.signin.lockout.Handler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says when to try again, and that must stay true
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True  # the audit trail holds who signed in
AXES_CLIENT_IP_CALLABLE = "caseworks.signin.origin.address_of"
AXES_USERNAME_CALLABLE = "caseworks.signin.lockout.client_login"
AXES_LOCKOUT_CALLABLE = "caseworks.signin.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# Half an hour after the last use a session is over (GB/T 22239-2019, session timeout); caseworks/signin/sessions.py
# renews it, and ends it after twelve hours.
SESSION_ENGINE = "caseworks.signin.sessions"
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# in the session, which is sealed, and not in a cookie: a message may name a child
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- What a browser is told -----------------------------------------------------------------------------------------

HTTPS = not DEMO
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
TEXT_SIZE_COOKIE_NAME = "__Host-text-size" if HTTPS else "text-size"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "caseworks.views.form_too_old"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's own CSS draws its arrows and ticks as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Words, dates, files ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["caseworks.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static", ("bootstrap", get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Sheets of the shared admin wait here for an hour between preview and confirmation. Nothing here has an address.
UPLOADS = VAR / "uploads"

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
