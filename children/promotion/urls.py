from django.urls import path

from children.promotion import views

app_name = "promotions"
urlpatterns = [
    path("", views.promotions, name="plan"),
    path("<slug:code>/", views.done, name="done"),
    path("<slug:code>/undo/", views.undo, name="undo"),
]
