"""A bare HTTP/1.1 connection that is kept, because a client library takes time too (httpx 2 ms of a stream)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Socket:
    """Reads each answer to its end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: str

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """(status, body as it came: with the sizes of its chunks where it is chunked)."""
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head.split(b" ", 2)[1])
        if b"transfer-encoding: chunked" in head:
            return status, await self.reader.readuntil(b"\r\n0\r\n\r\n")
        if b"content-length: " not in head:
            return status, b""
        return status, await self.reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))


@asynccontextmanager
async def connected(address: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[Socket]:
    host = urlsplit(address).netloc
    named = {"Host": host, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    head = "".join(f"{name}: {value}\r\n" for name, value in (named | dict(headers or {})).items())
    reader, writer = await asyncio.open_connection(*host.split(":"), limit=2**20)
    try:
        yield Socket(reader, writer, head)
    finally:
        writer.close()
        await writer.wait_closed()
