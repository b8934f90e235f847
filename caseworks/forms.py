"""Forms of the office: signing in."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    """Login and password."""

    error_messages = {
        "invalid_login": _("The login or the password is wrong. Check capital letters and try again."),
        "inactive": _("This account has been closed. Ask the administrator of your office."),
    }


class DateInput(forms.DateInput):
    """The browser's own date picker; the value must be written as 2026-11-20 or the picker stays empty."""

    input_type = "date"

    def __init__(self, **attributes: object) -> None:
        super().__init__(attrs=attributes, format="%Y-%m-%d")
