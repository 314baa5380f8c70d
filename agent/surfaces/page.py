"""The chat page and the API description: our own static files, nothing from elsewhere, and a policy that says so."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

STATIC = Path(__file__).parent / "static"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> Response:
    return _static("page.html")


@router.get("/docs")
async def docs() -> Response:
    return _static("docs.html")


@router.get("/static/{name}")
async def static(name: str) -> Response:
    return _static(name)


def _static(name: str) -> Response:
    if name not in _files():
        raise HTTPException(404)
    media_type = TYPES[Path(name).suffix] + "; charset=utf-8"
    return Response(_files()[name], headers=HEADERS, media_type=media_type)


@lru_cache(maxsize=1)
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in TYPES}
