"""Every address of the registry, by what it is about."""

from django.contrib import admin
from django.urls import include, path

from caseworks import views
from caseworks.signin import views as signin

office = (
    [
        path("login/", views.login, name="login"),
        path("logout/", views.logout, name="logout"),
        path("password/", views.password, name="password"),
        path("account/", signin.account, name="account"),
        path("second-factor/", signin.second_factor, name="second_factor"),
        path("second-factor/new/", signin.second_factor_new, name="second_factor_new"),
        path("second-factor/check/", signin.second_factor_check, name="second_factor_check"),
        path("staff/<str:login>/slip/", signin.slip, name="slip"),
        path("act-as/", views.act_as, name="act_as"),
        path("language/", views.language, name="language"),
        path("text-size/", views.text_size, name="text_size"),
        path("typed/", views.typed_before, name="typed"),
    ],
    "caseworks",
)

urlpatterns = [
    path("", include(office)),
    path("", include("caseworks.disclosure.urls")),
    path("", include("visits.urls")),
    path("children/", include("children.urls")),
    path("children/", include("guardians.urls")),
    path("handovers/", include("children.handover.urls")),
    path("promotions/", include("children.promotion.urls")),
    path("duplicates/", include("guardians.duplicates.urls")),
    path("", include("caseworks.papers.urls")),
    path("tables/", include("caseworks.tables.urls")),
    path("reports/", include("caseworks.reports.urls")),
    path("rights/", include("caseworks.rights.urls")),
    path("exports/children/", include("caseworks.exchange.out.urls")),
    path("exports/", include("caseworks.leaving.urls")),
    path("import/", include("caseworks.exchange.urls")),
    path("office/", admin.site.urls),
]
handler404 = "caseworks.views.not_found"
handler403 = "caseworks.views.refused"
handler500 = "caseworks.busy.went_wrong"
