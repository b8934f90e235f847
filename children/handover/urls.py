from django.urls import path

from children.handover import views

app_name = "handovers"
urlpatterns = [
    path("", views.handovers, name="list"),
    path("ask/", views.ask, name="ask"),
    path("emergency/", views.emergency, name="emergency"),
    path("emergencies/", views.grants, name="grants"),
    path("answer/", views.answer_many, name="answer_many"),
    path("new/<slug:code>/", views.propose, name="propose"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/accept/", views.accept, name="accept"),
    path("<slug:code>/return/", views.give_back, name="return"),
    path("<slug:code>/withdraw/", views.withdraw, name="withdraw"),
]
