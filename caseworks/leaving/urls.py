from django.urls import path

from caseworks.leaving import views

app_name = "leaving"
urlpatterns = [
    path("", views.exports, name="exports"),
    path("new/", views.ask, name="ask"),
    path("trail/", views.trail, name="trail"),
    path("<slug:code>/", views.export, name="export"),
    path("<slug:code>/decide/", views.decide, name="decide"),
    path("<slug:code>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:code>/password/", views.password, name="password"),
    path("<slug:code>/file/", views.fetch, name="fetch"),
]
