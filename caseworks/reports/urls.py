from django.urls import path, re_path

from caseworks.reports import views
from caseworks.reports.summary import views as summary

app_name = "reports"
urlpatterns = [
    path("summary/", summary.show, name="summary"),
    path("summary/export.xlsx", summary.export, name="summary_export"),
    path("annual/", views.annual, name="annual"),
    re_path(r"^annual/export\.(?P<extension>xlsx|docx|pdf)$", views.export, name="export"),
    path("annual/<slug:key>/", views.records, name="records"),
    path("annual/<slug:key>/export.xlsx", views.records_export, name="records_export"),
]
