from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworksConfig(AppConfig):
    default = True
    name = "caseworks"
    verbose_name = _("The office")

    def ready(self) -> None:
        from caseworks import checks  # noqa: F401  (registers them)
        from caseworks.signin import lockout  # noqa: F401  (listens to who signs in)

        post_migrate.connect(_leave_canaries, sender=self)


def _leave_canaries(**kwargs: object) -> None:
    """A database remembers its keys from the moment it exists."""
    from caseworks import keycheck
    from caseworks.models import KeyCheck

    if KeyCheck._meta.db_table in connection.introspection.table_names():
        keycheck.confirm()


class SharedAdminConfig(admin_apps.AdminConfig):
    """The shared admin, behind the same guard as every page."""

    default = False
    default_site = "caseworks.admin_site.SharedAdminSite"
