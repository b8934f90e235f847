from django.urls import path

from caseworks.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.imports, name="imports"),
]
