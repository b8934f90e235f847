from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuardiansConfig(AppConfig):
    name = "guardians"
    verbose_name = _("Parents and carers")

    def ready(self) -> None:
        from children import hooks
        from guardians.duplicates.actions import stay_closed_after_a_merge

        hooks.archive_to_be_reopened.append(stay_closed_after_a_merge)
