from django.urls import path

from children.views import archive, beginning, changes, household, lists

app_name = "children"
urlpatterns = [
    path("", lists.children, name="list"),
    path("export/", lists.export, name="export"),
    path("search/", lists.search, name="search"),
    path("begin/", beginning.begin, name="begin"),
    path("new/", changes.create, name="create"),
    path("<slug:code>/", archive.detail, name="detail"),
    path("<slug:code>/household/", household.household, name="household"),
    path("<slug:code>/edit/", changes.edit, name="edit"),
    path("<slug:code>/school/", changes.enrol, name="enrol"),
    path("<slug:code>/residence/", changes.settle, name="settle"),
    path("<slug:code>/close/", changes.close, name="close"),
    path("<slug:code>/reopen/", changes.reopen, name="reopen"),
]
