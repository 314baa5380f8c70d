"""A circuit breaker: after several faults in a row nobody waits for a dead engine, and one caller at a time tries it.

Our own because the libraries for it (circuitbreaker, purgatory, aiobreaker, pybreaker) wrap one function call; a
streamed answer succeeds or fails long after the call has returned, and may be abandoned by its reader half-way.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Closed until `threshold` consecutive faults, then open for `cooldown` seconds, then one probe decides.

    Every `enter()` that returns True must be followed by exactly one of `success`, `fault` or `abandon`.
    """

    def __init__(self, threshold: int = 5, cooldown: float = 3.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._threshold = threshold
        self._cooldown = cooldown
        self._clock = clock
        self._faults = 0
        self._open_until = 0.0
        self._probing = False

    @property
    def open(self) -> bool:
        return self._faults >= self._threshold

    def enter(self) -> bool:
        """Whether a call may go out now."""
        if not self.open:
            return True
        if self._probing or self._clock() < self._open_until:
            return False
        self._probing = True
        return True

    def success(self) -> None:
        self.reset()

    def fault(self) -> None:
        self._faults += 1
        self._probing = False
        self._open_until = self._clock() + self._cooldown

    def abandon(self) -> None:
        """The call ended without telling anything about the engine (its reader left)."""
        self._probing = False

    def reset(self) -> None:
        """The engine is known to be well."""
        self._faults = 0
        self._probing = False
