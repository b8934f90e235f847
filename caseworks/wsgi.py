"""Entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caseworks.settings")
application = get_wsgi_application()

from caseworks import keycheck, sealing  # noqa: E402  (they need the settings)
from caseworks.exchange import jobs  # noqa: E402
from caseworks.leaving import keeper  # noqa: E402

keycheck.confirm()  # refuses to start without the keys of this database
sealing.start()
keeper.start()
jobs.watch()
