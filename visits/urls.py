from django.urls import path

from visits import views

app_name = "visits"
urlpatterns = [
    path("", views.home, name="home"),
    path("contacts/", views.contacts, name="contacts"),
    path("pairings/", views.pairings, name="pairings"),
]
