"""Entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caseworks.settings")
application = get_wsgi_application()

from caseworks import keyring, sealing  # noqa: E402  (they need the settings)

keyring.current()  # refuses to start without the keys
sealing.start()
