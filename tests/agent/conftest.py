"""Fixtures of the agent's tests: a scriptable engine."""

from __future__ import annotations

from tests.fake_engine import fake_engine

__all__ = ["fake_engine"]
