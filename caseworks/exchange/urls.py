from django.urls import path

from caseworks.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("template/", views.template, name="template"),
    path("<str:code>/", views.preview, name="preview"),
    path("<str:code>/columns/", views.choose_columns, name="columns"),
    path("<str:code>/decide/", views.decide, name="decide"),
    path("<str:code>/confirm/", views.confirm, name="confirm"),
    path("<str:code>/discard/", views.discard, name="discard"),
    path("<str:code>/undo/", views.undo, name="undo"),
    path("<str:code>/errors/", views.errors, name="errors"),
]
