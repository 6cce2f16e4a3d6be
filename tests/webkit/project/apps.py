from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "tests.webkit.project"
    label = "webkit_project"
