from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class CaseworksConfig(AppConfig):
    default = True
    name = "caseworks"
    verbose_name = _("The office")

    def ready(self) -> None:
        from caseworks import checks  # noqa: F401  (registers them)
        from caseworks.signin import lockout  # noqa: F401  (listens to who signs in)


class SharedAdminConfig(admin_apps.AdminConfig):
    """The shared admin, behind the same guard as every page."""

    default = False
    default_site = "caseworks.admin_site.SharedAdminSite"
