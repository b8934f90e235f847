from django.urls import path

from guardians.duplicates import views

app_name = "duplicates"
urlpatterns = [
    path("", views.duplicates, name="list"),
    path("merged/<slug:code>/", views.merged, name="merged"),
    path("merged/<slug:code>/undo/", views.undo, name="undo"),
    path("family/<slug:code>/", views.family, name="family"),
    path("<slug:keep>/<slug:absorb>/", views.compare, name="compare"),
    path("<slug:keep>/<slug:absorb>/apart/", views.apart, name="apart"),
]
