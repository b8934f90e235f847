from django.urls import path

from guardians import views

app_name = "guardians"
urlpatterns = [
    path("<slug:code>/family/new/", views.relative_add, name="relative_add"),
    path("<slug:code>/family/<slug:relative>/", views.relative_edit, name="relative_edit"),
    path("<slug:code>/family/<slug:relative>/away/", views.absence_add, name="absence_add"),
    path("<slug:code>/family/<slug:relative>/back/", views.absence_end, name="absence_end"),
    path("<slug:code>/family/<slug:relative>/situation/", views.situation_add, name="situation_add"),
    path("<slug:code>/family/<slug:relative>/situation/<slug:kind>/end/", views.situation_end, name="situation_end"),
    path("<slug:code>/care/", views.entrust, name="entrust"),
    path("<slug:code>/care/papers/", views.care_edit, name="care_edit"),
    path("<slug:code>/care/end/", views.care_end, name="care_end"),
]
