"""Who Open WebUI says is asking, signed: a JSON Web Token (RFC 7519, HS256) that it sends instead of its plain headers
where FORWARD_USER_INFO_HEADER_JWT_SECRET is set there. Its claims: `sub` (the user's id), `iss`, `iat`, `exp`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import jwt

from agent.surfaces.errors import Problem, Refused
from tools.environment import OPENWEBUI_SECRET
from tools.errors import InvalidInput

HEADER = "X-OpenWebUI-User-Jwt"
ENVIRONMENT = OPENWEBUI_SECRET
THEIRS = "FORWARD_USER_INFO_HEADER_JWT_SECRET"
ISSUER = "open-webui"
APART = 10  # seconds that the two clocks may be
_SHORTEST = 32  # bytes of an HS256 key (RFC 7518, 3.2)


def secret_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """
    Raises:
        InvalidInput: it is too short to be a key.
    """
    secret = environment.get(ENVIRONMENT) or None
    if secret and len(secret.encode()) < _SHORTEST:
        message = f"{ENVIRONMENT} is shorter than {_SHORTEST} bytes; use `openssl rand -hex 32` here and in {THEIRS}"
        raise InvalidInput(message, ENVIRONMENT)
    return secret


def user_of(token: str, secret: str | None) -> str:
    """The user that a token names.

    Raises:
        Refused: 401 where there is nothing to check it with, it is not signed with this secret, or it has expired.
    """
    if secret is None:
        raise Refused(_not_believed(f"set {ENVIRONMENT} here to Open WebUI's {THEIRS}, or unset that there"))
    try:
        claims = jwt.decode(
            token, secret, ["HS256"], {"require": ["sub", "iss", "iat", "exp"]}, issuer=ISSUER, leeway=APART
        )
    except jwt.ExpiredSignatureError:
        raise Refused(_not_believed("it has expired: compare the clocks of the two machines")) from None
    except jwt.ImmatureSignatureError:
        raise Refused(_not_believed("it is from the future: compare the clocks of the two machines")) from None
    except jwt.InvalidSignatureError:
        raise Refused(_not_believed(f"it is signed with another secret: {ENVIRONMENT} must be {THEIRS}")) from None
    except jwt.InvalidTokenError as error:
        raise Refused(_not_believed(f"it is not a token of Open WebUI: {error}")) from None
    return str(claims["sub"])


def unsigned(plain: str) -> Problem:
    """Of a user named by the header `plain` alone, where a signed one is asked for."""
    message = f"{plain} is not signed, and {ENVIRONMENT} asks for it: set {THEIRS} in Open WebUI to the same secret"
    return _problem(message, plain)


def _not_believed(why: str) -> Problem:
    return _problem(f"{HEADER} is not believed: {why}", HEADER)


def _problem(message: str, param: str) -> Problem:
    challenge = {"WWW-Authenticate": 'Bearer realm="tastemaker"'}
    return Problem(401, "authentication_error", "identity_not_believed", message, param, challenge)
