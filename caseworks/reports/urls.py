from django.urls import path, re_path

from caseworks.reports import views

app_name = "reports"
urlpatterns = [
    path("annual/", views.annual, name="annual"),
    re_path(r"^annual/export\.(?P<extension>xlsx|docx|pdf)$", views.export, name="export"),
    path("annual/<slug:key>/", views.records, name="records"),
    path("annual/<slug:key>/export.xlsx", views.records_export, name="records_export"),
]
