from django.urls import path

from children.attachments import views as attachments
from children.views import (
    archive,
    beginning,
    bulk,
    changes,
    facts,
    finding,
    gaps,
    household,
    lists,
    saved,
    shares,
    timeline,
)

app_name = "children"
urlpatterns = [
    path("", lists.children, name="list"),
    path("export/", lists.export, name="export"),
    path("search/", finding.search, name="search"),
    path("begin/", beginning.begin, name="begin"),
    path("shares/", shares.shares, name="shares"),
    path("many/", bulk.bulk, name="bulk"),
    path("filters/new/", saved.save_filter, name="save_filter"),
    path("filters/<slug:code>/delete/", saved.delete_filter, name="delete_filter"),
    path("columns/", saved.choose_columns, name="choose_columns"),
    path("new/", changes.create, name="create"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("gaps/<slug:check>/", gaps.gap, name="gap"),
    path("<slug:code>/", archive.detail, name="detail"),
    path("<slug:code>/household/", household.household, name="household"),
    path("<slug:code>/timeline/", timeline.timeline, name="timeline"),
    path("<slug:code>/edit/", changes.edit, name="edit"),
    path("<slug:code>/school/", changes.enrol, name="enrol"),
    path("<slug:code>/residence/", changes.settle, name="settle"),
    path("<slug:code>/attachments/new/", attachments.add, name="attach"),
    path("<slug:code>/attachments/<slug:attachment>/", attachments.see, name="attachment"),
    path("<slug:code>/attachments/<slug:attachment>/remove/", attachments.remove, name="attachment_remove"),
    path("<slug:code>/attachments/<slug:attachment>/scan/", attachments.scan, name="attachment_scan"),
    path("<slug:code>/close/", changes.close, name="close"),
    path("<slug:code>/reopen/", changes.reopen, name="reopen"),
    path("<slug:code>/facts/<slug:kind>/new/", facts.fact_add, name="fact_add"),
    path("<slug:code>/facts/<slug:kind>/<slug:fact>/", facts.fact_edit, name="fact_edit"),
    path("<slug:code>/facts/<slug:kind>/<slug:fact>/end/", facts.fact_end, name="fact_end"),
    path("<slug:code>/facts/<slug:kind>/<slug:fact>/remove/", facts.fact_remove, name="fact_remove"),
]
