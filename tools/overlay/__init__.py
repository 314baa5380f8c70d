"""Items put, changed and deleted since the bundle was trained, laid over its tools."""

from tools.overlay.overlay import Overlay

__all__ = ["Overlay"]
