from django.urls import path

from children.attachments import views as attachments
from children.views import archive, changes, lists

app_name = "children"
urlpatterns = [
    path("", lists.children, name="list"),
    path("export/", lists.export, name="export"),
    path("search/", lists.search, name="search"),
    path("new/", changes.create, name="create"),
    path("<slug:code>/", archive.detail, name="detail"),
    path("<slug:code>/edit/", changes.edit, name="edit"),
    path("<slug:code>/school/", changes.enrol, name="enrol"),
    path("<slug:code>/residence/", changes.settle, name="settle"),
    path("<slug:code>/attachments/new/", attachments.add, name="attach"),
    path("<slug:code>/attachments/<slug:attachment>/", attachments.see, name="attachment"),
    path("<slug:code>/attachments/<slug:attachment>/remove/", attachments.remove, name="attachment_remove"),
    path("<slug:code>/attachments/<slug:attachment>/scan/", attachments.scan, name="attachment_scan"),
    path("<slug:code>/close/", changes.close, name="close"),
    path("<slug:code>/reopen/", changes.reopen, name="reopen"),
]
