from django.http import HttpResponse

from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request


@requires(Permission.VIEW_CHILDREN)
def children(request: Request) -> HttpResponse:
    return page(request, "base.html")
