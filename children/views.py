from django.http import HttpRequest, HttpResponse

from caseworks.access import Permission, requires
from caseworks.pages import page


@requires(Permission.VIEW_CHILDREN)
def children(request: HttpRequest) -> HttpResponse:
    return page(request, "base.html")
