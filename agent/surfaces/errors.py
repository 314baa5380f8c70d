"""Every error as one JSON shape, OpenAI's: `{"error": {"type", "message", "param"?, "code"}}`.

`problem_of` is the whole table from exception to status; the handlers and the end of a broken stream both use it.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from agent.surfaces.limits import ClientGone, ShuttingDown, TooManyTurns
from tools.errors import BundleMissing, InvalidInput, NotFound, StoreUnavailable, TastemakerError

log = logging.getLogger(__name__)
RETRY_STORE = 1  # seconds
RETRY_BUNDLE = 30
MAX_MESSAGE = 600  # characters; a message that quotes a value must not send a megabyte back


class ErrorDetail(BaseModel):
    model_config = ConfigDict(extra="forbid")
    type: str
    message: str
    param: str | None = None
    code: str


class ErrorBody(BaseModel):
    """What every 4xx and 5xx of this server looks like."""

    model_config = ConfigDict(extra="forbid")
    error: ErrorDetail


@dataclass(frozen=True)
class Problem:
    """One error as the caller sees it."""

    status: int
    kind: str
    code: str
    message: str
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        detail = ErrorDetail(type=self.kind, message=_short(self.message), param=self.param, code=self.code)
        return ErrorBody(error=detail).model_dump_json(exclude_none=True).encode()

    def response(self) -> Response:
        return Response(self.body(), self.status, dict(self.headers), "application/json")


class Refused(Exception):
    """A refusal that a surface words itself."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def invalid(message: str, param: str | None = None, code: str = "invalid_value", status: int = 400) -> Problem:
    return Problem(status, "invalid_request_error", code, message, param)


def problem_of(error: BaseException, retry_after: int = 2) -> Problem:
    """The one place that decides which status an exception is. Anything unforeseen is logged under an id."""
    for kinds, describe in _TABLE:
        if isinstance(error, kinds):
            return describe(error)
    match error:
        case TooManyTurns():
            message = f"too many turns at once; try again in {retry_after} s"
            return Problem(
                429, "rate_limit_error", "too_many_turns", message, headers={"Retry-After": str(retry_after)}
            )
        case ShuttingDown():
            message = "the server is stopping; try again in a moment"
            return Problem(503, "server_error", "shutting_down", message, headers={"Retry-After": str(retry_after)})
    reference = secrets.token_hex(6)
    log.error("unexpected error %s", reference, exc_info=error)
    message = f"something went wrong on our side; the server's log has it under {reference}"
    return Problem(500, "server_error", "internal_error", message)


def install(app: FastAPI, retry_after: int) -> None:
    """Make every error of `app` leave in the one shape."""

    async def handle(request: Request, error: Exception) -> Response:
        if isinstance(error, ClientGone):
            return Response(status_code=499)
        answer = problem_of(error, retry_after).response()
        if answer.status_code == 405:
            answer.headers["Allow"] = ", ".join(_methods(request))
        return answer

    kinds = [RequestValidationError, ValidationError, HTTPException, Refused, TastemakerError, TooManyTurns]
    for kind in (*kinds, ShuttingDown, ClientGone, Exception):
        app.add_exception_handler(kind, handle)


def _methods(request: Request) -> list[str]:
    """All that this address takes: the router's own answer names the methods of one function only."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    first = next(route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in routes if route.path == first.path for method in route.methods or ()})


def path_of(location: Iterable[Any]) -> str | None:
    """`("body", "messages", 0, "role")` as `messages[0].role`; None when it names the whole body.

    Parts that begin with "=" are tags of our unions and no part of the path.
    """
    path = ""
    for part in tuple(location)[1:]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith("="):
            path += f".{part}" if path else part
    return path or None


def _validation(error: RequestValidationError | ValidationError) -> Problem:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _malformed(first)
    # A model that was validated inside a route has no "body" in front of its paths.
    location = first["loc"] if isinstance(error, RequestValidationError) else ("body", *first["loc"])
    param = path_of(location)
    if param is None and first["type"] == "missing":
        return invalid("the request has no body; send a JSON object", code="missing_body")
    if param is None:
        return invalid("the body must be JSON of the documented shape, sent as application/json", code="invalid_body")
    reason = first["msg"].removeprefix("Value error, ")
    code = {"missing": "missing_required_parameter", "extra_forbidden": "unknown_parameter"}.get(first["type"])
    return invalid(f"{param}: {reason}", param, code or "invalid_value")


def _short(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"


def _malformed(first: Mapping[str, Any]) -> Problem:
    reason = first.get("ctx", {}).get("error", "not JSON")
    at = first["loc"][-1]
    return invalid(f"the body is not valid JSON: {reason} (at character {at})", code="invalid_json")


def _http(error: HTTPException) -> Problem:
    codes = {404: "not_found", 405: "method_not_allowed", 408: "body_too_slow", 413: "body_too_large"}
    messages = {404: "there is no such route", 405: "this route does not take that method"}
    detail = str(error.detail)
    message = messages.get(error.status_code, detail)
    kind = "not_found_error" if error.status_code == 404 else "invalid_request_error"
    code = codes.get(error.status_code, "invalid_request")
    return Problem(error.status_code, kind, code, message, headers=error.headers or {})


def _not_found(error: NotFound) -> Problem:
    if (error.param or "").startswith("filters"):  # the address was found; what the body asks for is wrong
        return invalid(str(error), error.param)
    return Problem(404, "not_found_error", "not_found", str(error), error.param)


def _bundle(error: BundleMissing) -> Problem:
    return Problem(503, "server_error", "not_ready", str(error), headers={"Retry-After": str(RETRY_BUNDLE)})


def _outside(error: TastemakerError) -> Problem:
    log.error("cannot serve: %s", error)
    message = "the server's data or settings are not in order; its log says what"
    return Problem(503, "server_error", "unavailable", message, headers={"Retry-After": str(RETRY_BUNDLE)})


def _store(error: StoreUnavailable) -> Problem:
    log.error("%s", error)  # not shown: it names the database
    message = "the store cannot be read or written right now; nothing was kept, try again"
    return Problem(503, "server_error", "store_unavailable", message, headers={"Retry-After": str(RETRY_STORE)})


_TABLE: list[tuple[Any, Any]] = [
    (Refused, lambda error: error.problem),
    ((RequestValidationError, ValidationError), _validation),
    (HTTPException, _http),
    (NotFound, _not_found),
    (InvalidInput, lambda error: invalid(str(error), error.param)),
    (BundleMissing, _bundle),
    (StoreUnavailable, _store),
    (TastemakerError, _outside),
]
