from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChildrenConfig(AppConfig):
    name = "children"
    verbose_name = _("Children")

    def ready(self) -> None:
        from children import hooks
        from children.handover.actions import withdraw_those_of_closed_archive

        hooks.archive_closed.append(withdraw_those_of_closed_archive)
