from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "caseworks.tables"
    label = "tables"
