"""Fixtures of the agent's tests: a scriptable engine."""

from __future__ import annotations

from tests.fake_engine import fake_engine
from tests.tools.conftest import box, trained_home

__all__ = ["box", "fake_engine", "trained_home"]
