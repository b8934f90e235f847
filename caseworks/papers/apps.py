from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "caseworks.papers"
    label = "papers"
