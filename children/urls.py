from django.urls import path

from children import views

app_name = "children"
urlpatterns = [
    path("", views.children, name="list"),
]
