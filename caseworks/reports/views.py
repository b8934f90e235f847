from django.http import HttpRequest, HttpResponse

from caseworks.access import Permission, requires
from caseworks.pages import page


@requires(Permission.VIEW_REPORTS)
def annual(request: HttpRequest) -> HttpResponse:
    return page(request, "base.html")
