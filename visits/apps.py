from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Contacts and pairings")

    def ready(self) -> None:
        from children import hooks
        from visits.actions.pairings import end_pairings_of_closed_archive

        hooks.archive_closed.append(end_pairings_of_closed_archive)
