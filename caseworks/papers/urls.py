from django.urls import path

from caseworks.papers import views

app_name = "papers"
urlpatterns = [
    path("papers/", views.choose, name="choose"),
    path("papers/ticked/", views.ticked, name="ticked"),
    path("papers/<slug:key>/", views.many, name="many"),
    path("children/<slug:code>/papers/", views.choose_one, name="choose_one"),
    path("children/<slug:code>/papers/<slug:key>/", views.one, name="one"),
]
