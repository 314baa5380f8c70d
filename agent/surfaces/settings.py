"""What the server is set to. Read once, at the edge."""

from __future__ import annotations

import ipaddress

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MAX_QUERY = 8_000  # characters of one user's words


class ServerSettings(BaseModel):
    """`turns` run at once and `queue` more wait; the rest get 429 with `retry_after` seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    turns: int = Field(default=8, ge=1)
    queue: int = Field(default=16, ge=0)
    retry_after: int = Field(default=2, ge=1)
    max_body: int = Field(default=1024 * 1024, ge=1)  # bytes
    body_within: float = Field(default=30.0, gt=0)  # seconds in which a whole body must arrive, else 408
    headers_within: float = Field(default=15.0, gt=0)  # seconds after which a connection that asks nothing is closed
    max_events: int = Field(default=1_000, ge=1)  # in one request
    grace: float = Field(default=20.0, ge=0)  # seconds that running turns get when the server is told to stop
    openwebui_secret: SecretStr | None = None  # believe users that Open WebUI signs with it, and none it does not sign
    ping: float = Field(default=10.0, gt=0)  # seconds of silence after which a stream gets a comment line
    headers_after: float = Field(default=0.5, gt=0)  # seconds in which a failing turn still gets a proper status

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, IPv6 with or without brackets) can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
