from django.urls import path

from caseworks.disclosure import views

app_name = "privacy"
urlpatterns = [
    path("reveal/", views.reveal, name="reveal"),
]
