"""Sessions: kept in the database, ended by time, by their owner, or by what happens to the account.

A session ends 30 minutes after its last use and 12 hours after signing in, at signing out, when the account is closed,
when the password changes, and as soon as a post that was held at sign-in is no longer held as it was. What somebody
was typing at that moment is kept (caseworks/typed.py).
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from caseworks import encryption
from caseworks.signin.origin import address_of, agent_of

LONGEST = timedelta(hours=12)
# the last use is written at most once in this time, so that reading a page is not a write to the database
NOTED_EVERY = timedelta(minutes=1)

_BEGUN = "begun"
_USED = "used"
_POSTS = "posts"
_VERIFIED = "verified"


def row_key(session_key: str) -> str:
    """The key of the row for what a cookie holds."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    """Django's session in the database, with the key hashed and the data sealed."""

    @classmethod
    def get_model_class(cls) -> Any:
        from caseworks.models import Session

        return Session

    def _get_session_from_db(self) -> Any:
        row = self.model.objects.filter(pk=row_key(self.session_key or ""), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return self.model.objects.filter(pk=row_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        begun, key = data.get(_BEGUN, {}), row_key(self._get_or_create_session_key())  # type: ignore[attr-defined]
        model: Any = self.model
        return model(
            session_key=key,
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            started_at=_moment(begun.get("at")),
            used_at=_moment(data.get(_USED)),
            address=begun.get("address"),
            agent=begun.get("agent", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(pk=row_key(key)).delete()

    def encode(self, session_dict: dict[str, Any]) -> str:
        text = self.serializer().dumps(session_dict).decode("latin-1")
        return b64encode(encryption.seal(text, self._place())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What is sealed, or nothing if it was altered, moved to another key, or sealed with a key that is gone."""
        try:
            text = encryption.unseal(b64decode(session_data), self._place())
        except encryption.CannotOpenError:
            return {}
        return self.serializer().loads(text.encode("latin-1"))

    def _place(self) -> str:
        return f"caseworks_session.session_data.{row_key(self.session_key or '')}"


def _moment(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, tz=timezone.get_default_timezone())


def begin(request: HttpRequest, user: Any) -> None:
    """Stamp the session of somebody who has just signed in: when, from where, with which browser, holding which posts."""
    now = timezone.now()
    if _BEGUN in request.session:  # signed in again in the same session, which Django would leave its key
        request.session.cycle_key()
    request.session.set_expiry(None)
    request.session.pop(_VERIFIED, None)
    request.session[_USED] = now.timestamp()
    request.session[_BEGUN] = {"at": now.timestamp(), "address": address_of(request), "agent": agent_of(request)}
    request.session[_POSTS] = _held(user.postings_on(timezone.localdate()))
    forget_expired(now)


def forget_expired(now: datetime) -> None:
    """Remove the rows of sessions whose time is over."""
    SessionStore.get_model_class().objects.filter(expire_date__lte=now).delete()


def is_over(request: HttpRequest, now: datetime) -> bool:
    """True twelve hours after signing in; and for a session that was never stamped."""
    begun = _moment(request.session.get(_BEGUN, {}).get("at"))
    return begun is None or now - begun >= LONGEST


def note_use(request: HttpRequest, now: datetime) -> None:
    """Renew the half hour, at most once a minute."""
    used = _moment(request.session.get(_USED))
    if used is None or abs(now - used) >= NOTED_EVERY:
        request.session[_USED] = now.timestamp()


def _held(postings: list[Any]) -> list[str]:
    return sorted(f"{post.pk} {post.role} {post.organization.path}" for post in postings)


def has_lost_a_post(request: HttpRequest, postings: list[Any]) -> bool:
    """True if a post held at sign-in has ended, or changed its role or place. A new post joins those that are watched."""
    before, now = request.session.get(_POSTS, []), _held(postings)
    if not set(before) <= set(now):
        return True
    if before != now:
        request.session[_POSTS] = now
    return False


def is_verified(request: HttpRequest) -> bool:
    """True if the second factor was shown in this session."""
    return _VERIFIED in request.session


def verified(request: HttpRequest) -> None:
    """Remember that the second factor was shown; the session gets a new key, as at sign-in."""
    request.session.cycle_key()
    request.session[_VERIFIED] = timezone.now().timestamp()


def of(user: Any, now: datetime) -> models.QuerySet:
    """The sessions of a person that are alive, the last used first."""
    return user.sessions.filter(expire_date__gt=now, started_at__gt=now - LONGEST).order_by("-used_at")
