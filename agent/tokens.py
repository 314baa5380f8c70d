"""Bearer tokens: who may call. Only hashes are kept, in `tokens.json` of the home; a secret is shown once, when made.

A service token acts for any user it names; a user token is one user. A token may end at a time and may be held to so
many requests a minute. One more service token may come from the environment (`TASTEMAKER_SERVICE_TOKEN`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.environment import SERVICE_TOKEN
from tools.errors import CorruptData, InvalidInput, NotFound
from tools.home import Home
from tools.store.text import checked_id

Kind = Literal["service", "user"]
PER_MINUTE = 120  # requests of a user token where nothing else was said
_SHORTEST = 16  # characters of a service token from the environment


class Token(BaseModel):
    """One token as it is stored: never the secret, only its SHA-256. `user_id` is None for a service token."""

    model_config = ConfigDict(extra="forbid")
    token_id: str
    kind: Kind
    user_id: str | None = None
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    created: datetime
    expires: datetime | None = None
    per_minute: int | None = Field(default=None, ge=1)  # requests; None: as many as it likes

    @property
    def ended(self) -> bool:
        return self.expires is not None and self.expires <= datetime.now(UTC)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    tokens: list[Token] = Field(default_factory=list)


@dataclass(frozen=True)
class Grant:
    """What a token allows. `user_id` None: any user. `token_id` None: the token of the environment, or open mode."""

    kind: Kind
    user_id: str | None
    token_id: str | None = None
    per_minute: int | None = None


def tokens_file(home: Home) -> Path:
    return home.root / "tokens.json"


def add(
    home: Home, kind: Kind, user_id: str | None = None, days: float | None = None, per_minute: int | None = None
) -> tuple[Token, str]:
    """Make a token and keep its hash; returns it with the secret, which nothing can show again. It ends after `days`.

    Raises:
        InvalidInput: a user token without a user, a service token with one, or no possible user id.
    """
    if (kind == "user") != (user_id is not None):
        raise InvalidInput("a user token names one user, a service token none", "user")
    if user_id is not None:
        user_id = _checked(user_id)
    made = datetime.now(UTC).replace(microsecond=0)
    secret = f"tm-{secrets.token_urlsafe(32)}"
    token = Token(
        token_id=secrets.token_hex(4),
        kind=kind,
        user_id=user_id,
        sha256=_digest(secret),
        created=made,
        expires=None if days is None else made + timedelta(days=days),
        per_minute=per_minute,
    )
    with _locked(home):
        _write(home, [*listed(home), token])
    return token, secret


def listed(home: Home) -> list[Token]:
    """The tokens of this home, oldest first.

    Raises:
        CorruptData: `tokens.json` is not what `add` writes.
    """
    path = tokens_file(home)
    try:
        return _File.model_validate_json(path.read_bytes()).tokens
    except FileNotFoundError:
        return []
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise CorruptData(
            f"{path}: {where}: {error.errors()[0]['msg']}. Mend it, or delete it and add tokens."
        ) from None


def revoke(home: Home, token_id: str) -> Token:
    """Forget a token; a running server refuses it from its next request on.

    Raises:
        NotFound: no token has this id.
    """
    with _locked(home):
        tokens = listed(home)
        gone = next((token for token in tokens if token.token_id == token_id), None)
        if gone is None:
            raise NotFound(
                f"no token {token_id!r} in {tokens_file(home)}; `tastemaker tokens list` shows them", "token"
            )
        _write(home, [token for token in tokens if token is not gone])
    return gone


def of_user(home: Home, user_id: str) -> list[Token]:
    return [token for token in listed(home) if token.user_id == user_id]


def forget(home: Home, user_id: str) -> int:
    """Revoke every token of a user; how many there were."""
    with _locked(home):
        tokens = listed(home)
        left = [token for token in tokens if token.user_id != user_id]
        if len(left) < len(tokens):
            _write(home, left)
    return len(tokens) - len(left)


@dataclass
class TokenBook:
    """The tokens a server accepts; follows `tokens.json` as it changes, so that a revoked token stops at once."""

    home: Home
    service_sha256: str | None = None  # of the token in the environment
    _seen: tuple[int, int] | None = field(default=None, repr=False)
    _tokens: list[Token] = field(default_factory=list, repr=False)

    @classmethod
    def open(cls, home: Home, environment: Mapping[str, str] = os.environ) -> TokenBook:
        """
        Raises:
            InvalidInput: the token in the environment is too short to be a secret.
            CorruptData: `tokens.json` cannot be read.
        """
        secret = environment.get(SERVICE_TOKEN)
        if secret and len(secret) < _SHORTEST:
            raise InvalidInput(
                f"{SERVICE_TOKEN} is shorter than {_SHORTEST} characters; use a long random one", SERVICE_TOKEN
            )
        book = cls(home, _digest(secret) if secret else None)
        book._refresh()
        return book

    @property
    def configured(self) -> bool:
        """Whether any token exists; without one a server listens on loopback only."""
        self._refresh()
        return self.service_sha256 is not None or bool(self._tokens)

    def identify(self, secret: str) -> Grant | None:
        """What `secret` allows; None where it is unknown or has ended. Every hash is compared, in constant time."""
        self._refresh()
        presented, found = _digest(secret), None
        for token in self._tokens:
            if hmac.compare_digest(presented, token.sha256) and not token.ended:
                found = Grant(token.kind, token.user_id, token.token_id, token.per_minute)
        if self.service_sha256 and hmac.compare_digest(presented, self.service_sha256):
            found = Grant("service", None)
        return found

    def _refresh(self) -> None:
        try:
            status = tokens_file(self.home).stat()
        except FileNotFoundError:
            self._seen, self._tokens = None, []
            return
        seen = (status.st_mtime_ns, status.st_ino)
        if seen != self._seen:
            self._tokens = listed(self.home)
            self._seen = seen


def _checked(user_id: str) -> str:
    try:
        return checked_id(user_id)
    except ValueError as error:
        raise InvalidInput(str(error), "user") from None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _locked(home: Home) -> FileLock:
    return FileLock(home.root / ".tokens.lock", timeout=10)


def _write(home: Home, tokens: list[Token]) -> None:
    path = tokens_file(home)
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_File(tokens=tokens).model_dump_json(indent=2))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
