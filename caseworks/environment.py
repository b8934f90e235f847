"""Where the settings come from: environment variables first, then the file `var/caseworks.env`.

`make run` writes that file for the demo, so that every later command finds the same database; a real installation
writes its own, or sets the variables in its service manager. Lines are `NAME=value`; `#` starts a comment.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


def _read_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)


_file = _read_file(VAR / "caseworks.env")


def read(name: str, default: str = "") -> str:
    """The value of a setting, or the default."""
    return os.environ.get(name, _file.get(name, default))


def flag(name: str) -> bool:
    """True for 1, true, yes and on."""
    return read(name).lower() in {"1", "true", "yes", "on"}


def one_of(name: str, *values: str) -> str:
    """The value of a setting that is one of these, the first if it is not set. Raises ImproperlyConfigured."""
    value = read(name, values[0])
    if value not in values:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(values)}.")
    return value


def required(name: str, why: str) -> str:
    """The value of a setting without which the registry must not start.

    Raises ImproperlyConfigured with a sentence that says what to set and why.
    """
    value = read(name)
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. {why} Set it in the environment or in var/caseworks.env; "
            "`make run` prepares a demo with everything set."
        )
    return value
