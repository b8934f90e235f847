from django.urls import path

from children.views import archive, changes, facts, gaps, lists, timeline

app_name = "children"
urlpatterns = [
    path("", lists.children, name="list"),
    path("export/", lists.export, name="export"),
    path("search/", lists.search, name="search"),
    path("new/", changes.create, name="create"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("gaps/<slug:check>/", gaps.gap, name="gap"),
    path("<slug:code>/", archive.detail, name="detail"),
    path("<slug:code>/timeline/", timeline.timeline, name="timeline"),
    path("<slug:code>/edit/", changes.edit, name="edit"),
    path("<slug:code>/school/", changes.enrol, name="enrol"),
    path("<slug:code>/residence/", changes.settle, name="settle"),
    path("<slug:code>/close/", changes.close, name="close"),
    path("<slug:code>/reopen/", changes.reopen, name="reopen"),
    path("<slug:code>/facts/<slug:kind>/new/", facts.fact_add, name="fact_add"),
    path("<slug:code>/facts/<slug:kind>/<slug:fact>/", facts.fact_edit, name="fact_edit"),
    path("<slug:code>/facts/<slug:kind>/<slug:fact>/end/", facts.fact_end, name="fact_end"),
    path("<slug:code>/facts/<slug:kind>/<slug:fact>/remove/", facts.fact_remove, name="fact_remove"),
]
