from django.http import HttpRequest, HttpResponse

from caseworks.access import Permission, requires
from caseworks.pages import page


@requires(Permission.IMPORT_ROSTERS)
def imports(request: HttpRequest) -> HttpResponse:
    return page(request, "base.html")
