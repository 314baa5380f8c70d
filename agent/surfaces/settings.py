"""What the server is set to. Read once, at the edge."""

from __future__ import annotations

import ipaddress

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MAX_QUERY = 8_000
"""Characters of one user's words."""


class ServerSettings(BaseModel):
    """Limits of one server. The text under each is its entry in docs/settings.md (scripts/settings_reference.py)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    host: str = "127.0.0.1"
    """Address to listen on. Any but this machine's own wants a token."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one."""
    turns: int = Field(default=8, ge=1)
    """Turns that run at once."""
    queue: int = Field(default=16, ge=0)
    """Turns that wait beside those; the next is refused with 429."""
    retry_after: int = Field(default=2, ge=1)
    """Seconds after which one who is refused may come again (`Retry-After`)."""
    max_body: int = Field(default=1024 * 1024, ge=1)
    """Bytes of a request's body; more is 413."""
    body_within: float = Field(default=30.0, gt=0)
    """Seconds in which a whole body must arrive; else 408."""
    headers_within: float = Field(default=15.0, gt=0)
    """Seconds after which a connection that asks nothing is closed."""
    max_events: int = Field(default=1_000, ge=1)
    """Events in one request."""
    grace: float = Field(default=20.0, ge=0)
    """Seconds that running turns get when the server is told to stop."""
    openwebui_secret: SecretStr | None = None
    """Believe the users that Open WebUI signs with it, and none that it does not sign."""
    ping: float = Field(default=10.0, gt=0)
    """Seconds of silence after which a stream gets a comment line, so that no proxy takes it for dead."""
    headers_after: float = Field(default=0.5, gt=0)
    """Seconds in which a streamed turn that fails still gets a proper status."""

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
