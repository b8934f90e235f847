from django.urls import path

from caseworks.exchange.out import views

app_name = "out"
urlpatterns = [path("", views.choose, name="choose")]
