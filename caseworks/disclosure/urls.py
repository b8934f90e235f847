from django.urls import path

from caseworks.disclosure import views

app_name = "privacy"
urlpatterns = [
    path("reveal/", views.reveal, name="reveal"),
    path("children/<str:code>/looked/", views.looked, name="looked"),
    path("privacy/", views.rules, name="rules"),
]
