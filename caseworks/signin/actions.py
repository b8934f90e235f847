"""What a person changes about how they sign in: the password, the second factor, the sessions."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks import audit
from caseworks.models import RecoveryCode, SecondFactor, Session, User
from caseworks.signin import otp


@transaction.atomic
def change_password(*, user: User, password: str, by: User) -> None:
    """Give the account the password its owner has chosen; all its sessions end."""
    user.set_password(password)
    user.password_set_at, user.first_password_until = timezone.now(), None
    user.save()
    user.sessions.all().delete()
    audit.record("user.password_changed", user, by=by)


@transaction.atomic
def end_sessions(*, user: User, by: User, keys: list[str]) -> int:
    """End these sessions of a person; returns how many there were."""
    ended = Session.objects.filter(user=user, pk__in=keys).delete()[0]
    if ended:
        audit.record("user.sessions_ended", user, by=by, changes={"sessions": [ended, 0]})
    return ended


def end_other_sessions(*, user: User, by: User, here: str) -> int:
    """End every session of a person but this one; returns how many there were."""
    others = Session.objects.filter(user=user).exclude(pk=here).values_list("pk", flat=True)
    return end_sessions(user=user, by=by, keys=list(others))


@transaction.atomic
def begin_second_factor(*, user: User, by: User) -> SecondFactor:
    """A second factor that counts once its first code has been shown; an earlier attempt is thrown away."""
    SecondFactor.objects.filter(user=user, confirmed=False).delete()
    return SecondFactor.objects.create(user=user, name="totp", confirmed=False, seed=otp.new_seed())


@transaction.atomic
def confirm_second_factor(*, user: User, by: User, code: str) -> list[str] | otp.Outcome:
    """Put the second factor that is being set up into force, in place of the former one. Returns the recovery codes,
    which are shown once; or what was wrong with the code. The other sessions of the account end with the caller."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=False).first()
    if factor is None:
        raise ValidationError(_("Start again: this second factor is no longer being set up."))
    outcome = otp.check(factor, code)
    if not outcome.right:
        return outcome
    SecondFactor.objects.filter(user=user, confirmed=True).delete()
    factor.confirmed = True
    factor.save()
    user.second_factor_since = timezone.now()
    user.save(update_fields=["second_factor_since"])
    codes = otp.make_recovery_codes(user)
    audit.record("user.second_factor_set_up", user, by=by)
    return codes


@transaction.atomic
def check_second_factor(*, user: User, code: str) -> otp.Outcome:
    """Try a code; the attempt is in the audit trail whatever comes of it."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=True).first()
    outcome = otp.check(factor, code) if factor else otp.Outcome(right=False)
    event = "user.second_factor_shown" if outcome.right else "user.second_factor_failed"
    if outcome.wait_until is None:
        how = "recovery code" if outcome.by_recovery_code else ""
        audit.record(event, user, by=user, reason=how)
    return outcome


@transaction.atomic
def renew_recovery_codes(*, user: User, by: User) -> list[str]:
    """Ten new recovery codes; the former ones open nothing any more."""
    codes = otp.make_recovery_codes(user)
    audit.record("user.recovery_codes_made", user, by=by)
    return codes


@transaction.atomic
def remove_second_factor(*, user: User, by: User | None) -> None:
    """Take the second factor and its recovery codes away, because the telephone is lost or no longer wanted."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    user.second_factor_since = None
    user.save(update_fields=["second_factor_since"])
    user.sessions.all().delete()
    audit.record("user.second_factor_removed", user, by=by)
