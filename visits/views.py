from django.http import HttpResponse

from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request


@requires(Permission.LOG_CONTACTS)
def home(request: Request) -> HttpResponse:
    return page(request, "base.html")


@requires(Permission.VIEW_CHILDREN)
def contacts(request: Request) -> HttpResponse:
    return page(request, "base.html")


@requires(Permission.VIEW_PAIRINGS)
def pairings(request: Request) -> HttpResponse:
    return page(request, "base.html")
