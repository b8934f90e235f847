from django.urls import path

from visits import views

app_name = "visits"
urlpatterns = [
    path("", views.home, name="home"),
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/export.xlsx", views.contacts_export, name="contacts_export"),
    path("contacts/log/<str:code>/", views.log, name="log"),
    path("contacts/<str:code>/", views.contact, name="contact"),
    path("contacts/<str:code>/edit/", views.contact_edit, name="contact_edit"),
    path("pairings/", views.pairings, name="pairings"),
    path("pairings/new/", views.pair, name="pair"),
    path("pairings/<str:child>/<str:mentor>/end/", views.pairing_end, name="pairing_end"),
    path("mentors/", views.mentors, name="mentors"),
    path("mentors/new/", views.mentor_create, name="mentor_create"),
    path("mentors/<str:code>/", views.mentor, name="mentor"),
    path("mentors/<str:code>/edit/", views.mentor_edit, name="mentor_edit"),
    path("mentors/<str:code>/end/", views.mentor_end, name="mentor_end"),
    path("contact-rules/", views.rules, name="rules"),
    path("contact-rules/<str:code>/end/", views.rule_end, name="rule_end"),
]
