from django.urls import path

from caseworks.tables import views

app_name = "tables"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("<slug:key>/", views.table, name="table"),
    path("<slug:key>/<slug:code>/", views.row, name="row"),
]
