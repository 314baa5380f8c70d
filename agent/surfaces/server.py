"""The HTTP server: uvicorn, told to stop in a way that ends every stream properly."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from anyio import to_thread
from fastapi import FastAPI

from agent.surfaces.services import Services
from agent.surfaces.settings import ServerSettings

_BACKSTOP = 2  # seconds after the grace in which ended turns say goodbye; then uvicorn cuts what is left


def patient(protocol: type[asyncio.Protocol], seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's protocol, which for itself waits for the headers of a request as long as they take: this one closes a
    connection on which none has begun to be answered for `seconds`, and at the latest after twice as many.
    """

    class Patient(protocol):  # type: ignore[misc,valid-type]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._look_again()

        def connection_lost(self, exc: Exception | None) -> None:
            self._look.cancel()
            super().connection_lost(exc)

        def _look_again(self) -> None:
            self._look = asyncio.get_running_loop().call_later(seconds, self._check, self.cycle)

        def _check(self, before: Any) -> None:
            if self.cycle is before and (before is None or self.cycle.response_complete):
                self.transport.close()
            else:
                self._look_again()

    return Patient


class Server(uvicorn.Server):
    """Told to stop, it starts no new turn; running ones have `grace` seconds, then each stream is ended properly."""

    def __init__(self, app: FastAPI, settings: ServerSettings, started: Callable[[str], None]) -> None:
        """`started` is called with the page's URL once the server listens."""
        config = uvicorn.Config(
            app,
            host=settings.host.strip("[]"),
            port=settings.port,
            timeout_graceful_shutdown=int(settings.grace) + _BACKSTOP,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
        )
        config.load()
        config.http_protocol_class = patient(config.http_protocol_class, settings.headers_within)
        super().__init__(config)
        self._services: Services = app.state.services
        self._on_start = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start(self.url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        turns = self._services.turns
        turns.close()
        end = asyncio.get_running_loop().call_later(self._services.settings.grace, turns.end)
        try:
            await super().shutdown(sockets)
        finally:
            end.cancel()
            await to_thread.run_sync(self._services.learner.close)

    @property
    def url(self) -> str:
        """Where the page is, as long as the server listens."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104 -- looked up, not bound
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
