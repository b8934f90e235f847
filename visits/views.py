from django.http import HttpRequest, HttpResponse

from caseworks.access import Permission, requires
from caseworks.pages import page


@requires(Permission.LOG_CONTACTS)
def home(request: HttpRequest) -> HttpResponse:
    return page(request, "base.html")


@requires(Permission.VIEW_CHILDREN)
def contacts(request: HttpRequest) -> HttpResponse:
    return page(request, "base.html")


@requires(Permission.VIEW_PAIRINGS)
def pairings(request: HttpRequest) -> HttpResponse:
    return page(request, "base.html")
