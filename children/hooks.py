"""What other parts of the registry do when something happens to a child. Each function here is called inside the
transaction of the change; the wiring stands in the `apps.py` of whoever listens."""

from collections.abc import Callable
from datetime import date

from caseworks.models import User
from children.models import Child

# called with (child, by, on) after an archive was closed
archive_closed: list[Callable[[Child, User, date], None]] = []
# called with (child) before a closed archive is opened again; raises ValidationError if it must stay closed
archive_to_be_reopened: list[Callable[[Child], None]] = []
