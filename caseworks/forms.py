"""Forms of the office: signing in."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks.signin import passwords


class LoginForm(AuthenticationForm):
    """Login and password."""

    error_messages = {
        "invalid_login": _("The login or the password is wrong. Check capital letters and try again."),
        "inactive": _("This account has been closed. Ask the administrator of your office."),
        "first_password_dead": _(
            "This first password is no longer valid. Ask the administrator of your office for a new slip."
        ),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if user.first_password_is_dead(timezone.now()):
            raise ValidationError(self.error_messages["first_password_dead"], code="first_password_dead")


class _OwnPassword:
    """Asks for the password again; wrong ones count towards the lock like those at sign-in."""

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def _is_own(self, password: str) -> bool:
        return authenticate(self.request, username=self.request.user.username, password=password) is not None


class ChangePasswordForm(_OwnPassword, PasswordChangeForm):
    """The password in use, and twice the new one."""

    def __init__(self, request: Any, data: Any = None) -> None:
        super().__init__(request, request.user, data=data)
        self.fields["new_password1"].help_text = passwords.advice()
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user: Any, password_field_name: str = "") -> None:
        """What is wrong with the new password is said beside it, and not beside its repetition."""
        super().validate_password_for_user(user, "new_password1")

    def clean_old_password(self) -> str:
        password = self.cleaned_data["old_password"]
        if not self._is_own(password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class OwnPasswordForm(_OwnPassword, forms.Form):
    """The password once more, before something changes that protects the account."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self._is_own(password):
            raise ValidationError(_("This is not your password."), code="password_incorrect")
        return password


class CodeForm(forms.Form):
    """Six digits from the app; where the factor is in force already, a printed recovery code as well."""

    code = forms.CharField(
        label=_("Code from the app"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", "autocapitalize": "off"}
        ),
    )


class SlipForm(forms.Form):
    """What the slip also does."""

    telephone_lost = forms.BooleanField(label=_("The telephone is lost too: remove the second factor"), required=False)


class DateInput(forms.DateInput):
    """The browser's own date picker; the value must be written as 2026-11-20 or the picker stays empty."""

    input_type = "date"

    def __init__(self, **attributes: object) -> None:
        super().__init__(attrs=attributes, format="%Y-%m-%d")
