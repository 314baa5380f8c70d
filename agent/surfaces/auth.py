"""Who calls, and for which user. Decided before a body is read; a route only asks `caller.acting_for(...)`.

Open mode: without any token, a server on loopback takes every caller for a service. It then answers only to loopback
host names, so that a web page cannot reach it through a name of its own (DNS rebinding).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import SecretStr

from agent.kept import ANONYMOUS
from agent.surfaces import signed
from agent.surfaces.errors import Problem, Refused, invalid
from agent.surfaces.services import Services, services_of
from agent.surfaces.settings import is_loopback
from agent.tokens import Grant
from tools.store.text import MAX_ID, checked_id

log = logging.getLogger(__name__)
HEADER = "X-User-Id"
FRONT_END = "X-OpenWebUI-User-Id"  # what Open WebUI calls its user; anybody can send it, so only a service is believed


@dataclass(frozen=True)
class Caller:
    """The authenticated caller. `header_user` is the user named by X-User-Id."""

    grant: Grant
    header_user: str | None = None

    def acting_for(self, named: str | None = None, param: str | None = None) -> str:
        """The user this request is about. `named` is a user in the body or path, called `param` there.

        Raises:
            Refused: 403 when the token is another user's, 400 when header and body name different users.
        """
        in_body = None if named is None else self._allowed(named, param)
        in_header = None if self.header_user is None else self._allowed(self.header_user, HEADER)
        if in_body and in_header and in_body != in_header:
            raise Refused(invalid(f"{param} and {HEADER} name different users", param, "conflicting_users"))
        return self.grant.user_id or in_header or in_body or ANONYMOUS

    def acting_as(self, named: str | None, param: str) -> str:
        """`acting_for`, where something is kept or shown of one particular user.

        Raises:
            Refused: also 400 when nobody in particular is named.
        """
        user = self.acting_for(named, param)
        if user == ANONYMOUS:
            message = f"{param}: name the user this is about, here or in {HEADER}; {ANONYMOUS!r} is nobody"
            raise Refused(invalid(message, param, "missing_user"))
        return user

    def _allowed(self, user: str, where: str | None) -> str:
        """The id in its stored spelling."""
        try:
            user = checked_id(user)
        except ValueError as error:
            raise Refused(invalid(f"{where}: {error}", where)) from None
        if self.grant.user_id is not None and user != self.grant.user_id:
            log.warning("refused: the token of user %r named user %r in %s", self.grant.user_id, user, where)
            raise Refused(_forbidden("this token may act for its own user only", where))
        return user


def identify(request: Request) -> Caller:
    """The caller of a request.

    Raises:
        Refused: 401 without a valid token or with a front end's user that cannot be believed, 403 where open mode is
            reached under a foreign host name, 429 when this token has asked too often.
    """
    services = services_of(request)
    grant, named = _grant(request, services), _header_user(request, HEADER)
    if grant.token_id and grant.per_minute and (wait := services.rates.wait(grant.token_id, grant.per_minute)):
        raise Refused(_too_fast(grant.per_minute, wait))
    if named is None and grant.kind == "service" and services.tokens.configured:
        named = _front_end_user(request, services.settings.openwebui_secret)
    return Caller(grant, named)


def _grant(request: Request, services: Services) -> Grant:
    if services.settings.loopback and not services.tokens.configured:
        if not is_loopback(request.url.hostname or ""):
            raise Refused(_forbidden("without tokens this server answers to loopback host names only", "Host"))
        return Grant("service", None)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    grant = services.tokens.identify(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if grant is None:
        raise Refused(_unauthorised(bool(secret)))
    return grant


def _front_end_user(request: Request, secret: SecretStr | None) -> str | None:
    key = secret.get_secret_value() if secret else None
    if (token := _header_user(request, signed.HEADER)) is not None:
        return signed.user_of(token, key)
    plain = _header_user(request, FRONT_END)
    if plain is not None and key:
        raise Refused(signed.unsigned(FRONT_END))
    return plain


def _header_user(request: Request, header: str) -> str | None:
    values = {value.encode("latin-1") for value in request.headers.getlist(header)}
    if not values:
        return None
    if len(values) > 1:
        raise Refused(invalid(f"{header} is given twice, with different users", header, "conflicting_users"))
    try:
        return values.pop().decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(invalid(f"{header} is not UTF-8", header)) from None


def _unauthorised(given: bool) -> Problem:
    message = "this token is not known here" if given else "no token: send `Authorization: Bearer TOKEN`"
    challenge = {"WWW-Authenticate": 'Bearer realm="tastemaker"' + (', error="invalid_token"' if given else "")}
    return Problem(401, "authentication_error", "invalid_token" if given else "missing_token", message, None, challenge)


def _too_fast(per_minute: int, wait: int) -> Problem:
    message = f"this token may send {per_minute} requests a minute; try again in {wait} s"
    return Problem(429, "rate_limit_error", "rate_limited", message, headers={"Retry-After": str(wait)})


def _forbidden(message: str, param: str | None) -> Problem:
    return Problem(403, "permission_error", "forbidden", message, param)


class StrictRequest(Request):
    """JSON as the standard has it: no NaN, no Infinity, no lone surrogates, which no store or reply could hold."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = orjson.loads(await self.body())
        return self._json


class GuardedRoute(APIRoute):
    """A route that knows its caller before it reads the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.caller = identify(request)
            return await handler(StrictRequest(request.scope, request.receive))

        return guarded


async def _known(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


Named = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="The user that a service token acts for, in UTF-8; a user token may name its own user only (403).",
        json_schema_extra={"minLength": 1, "maxLength": MAX_ID},
    ),
]


async def _named(request: Request, _user: Named = None) -> Caller:
    """`_user` is for the description: `identify` has read it."""
    return await _known(request)


Known = Annotated[Caller, Depends(_named)]


async def service_only(caller: Annotated[Caller, Depends(_known)]) -> None:
    """
    Raises:
        Refused: 403 when the caller holds a user token.
    """
    if caller.grant.kind != "service":
        raise Refused(_forbidden("this needs a service token", None))
