"""`python -m agent` is the `tastemaker` command."""

from __future__ import annotations

from agent.cli import main

main()
