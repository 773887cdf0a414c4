"""Sessions in the database, each under a hash of what stands in its cookie: a copy of the table lets nobody in."""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

_COLUMN = 40


class SessionStore(db.SessionStore):
    """As Django's own, which keeps the cookie itself. For WSGI: the asynchronous half is not used."""

    def exists(self, session_key: str) -> bool:
        """Whether there is one with this cookie."""
        return super().exists(_kept(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row as it is saved."""
        made = super().create_model_instance(data)
        made.session_key = _kept(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        """End this one, or the one with this cookie."""
        cookie = session_key or self.session_key
        if cookie is not None:
            super().delete(_kept(cookie))

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        rows = self.model.objects.filter(expire_date__gt=timezone.now())
        found = rows.filter(session_key=_kept(self.session_key or "")).first()
        if found is None:
            self._session_key = None
        return found


def _kept(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()[:_COLUMN]
