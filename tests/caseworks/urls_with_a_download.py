"""The site with one more address, from which a file leaves."""

import io

from django.urls import path

from caseworks.access import signed_in
from caseworks.downloads import XLSX, Download
from caseworks.urls import handler403, handler404
from caseworks.urls import urlpatterns as site

__all__ = ["handler403", "handler404", "urlpatterns"]


@signed_in(methods=("GET", "POST"))
def file(request):
    return Download(io.BytesIO(b"names"), name="names.xlsx", content_type=XLSX, what="test", rows=1)


urlpatterns = [*site, path("file/", file, name="file")]
