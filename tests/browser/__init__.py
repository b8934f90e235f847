"""The registry in a real browser."""

import os
import shutil


def chromium() -> str:
    """The machine's Chromium, or nothing: CHROMIUM names one that is somewhere else."""
    named = os.environ.get("CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
